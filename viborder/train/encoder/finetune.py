"""Fine-tuning with Hugging Face's Trainer: from a recipe and documents to a model folder."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from accelerate import PartialState
from transformers import (
    EarlyStoppingCallback,
    Trainer,
    TrainerCallback,
    TrainingArguments,
    enable_full_determinism,
    set_seed,
)
from transformers.trainer_callback import PrinterCallback

from viborder.document import Document, by_depth
from viborder.errors import counted, fail
from viborder.eval import score
from viborder.files import new_folder, sole
from viborder.labels import in_order
from viborder.train import noise
from viborder.train.augment import augmented
from viborder.train.encoder import checkpoints
from viborder.train.encoder.advised import advise
from viborder.train.encoder.examples import Examples, Reader, collate, learn_from, merge
from viborder.train.encoder.exhausted import clear_errors
from viborder.train.encoder.heads import IGNORED, Loss, TokenTagger, class_weights, freeze, save, set_head_rate
from viborder.train.encoder.model_card import Run, model_card, push
from viborder.train.encoder.paths import best_of_row, transitions
from viborder.train.encoder.progress import Progress, quiet, say
from viborder.train.encoder.recipe import FinetuneRecipe
from viborder.train.encoder.sources import learn_tokenizer, load_model, load_tokenizer, random_model, window_size
from viborder.train.encoder.steps import batch_size, epochs, not_learned, some
from viborder.train.encoder.tagger import TransformerTagger, load_transformer, torch_predict, write_card
from viborder.train.folder import read_card


def finetune(
    recipe: FinetuneRecipe,
    documents: Sequence[Document],
    out: Path,
    dev: Sequence[Document] | None = None,
    *,
    where: str,
) -> TransformerTagger:
    """Fine-tune by a recipe, write the model folder (whole or not at all) and return its tagger.

    dev: documents to choose the best checkpoint by; without them `validation_split` of the training documents, if that
    is not 0.
    Checkpoints lie in `<out>.checkpoints` until the folder is
    written; the same call takes up the last one that is whole. Started by torchrun or accelerate, every process calls
    this and the first writes.

    Raises ViborderError: `no-spans`, `labels-differ`, `model-not-loaded`, `no-token-classification`, `max-seq-length`,
    `out-of-memory`, `disk-full`, `diverged`.
    """
    quiet()
    held = out.with_name(f"{out.name}.checkpoints")
    with clear_errors(where), ExitStack() as stack:
        arguments = training_arguments(recipe, held)  # joins the other processes, if there are some
        learn, stop = split(recipe, documents, dev, where)
        reader, model = prepare(recipe, [*learn, *stop], where)
        if PartialState().is_main_process:
            stack.enter_context(sole(held))
        resume = _last_checkpoint(recipe, held, learn, stop)  # after what may be refused, so that nothing is left then
        renamed = [copy for _, copy in augmented(learn, recipe.copies, recipe.seed)]
        noisy = [copy for _, copy in noise.copies(learn, recipe.noise, recipe.seed)]
        examples = learn_from(reader, [*learn, *renamed, *noisy])
        _tell(
            f"{counted(len(learn), 'document')}, {counted(len(renamed), 'copy', 'copies')} with other names, "
            f"{len(noisy)} in other forms, {counted(len(examples.rows), 'window')}; "
            f"{counted(examples.cut, 'unit')} cut at gold borders, {counted(examples.lost, 'gold span')} lost"
        )
        _set_steps(recipe, arguments, len(examples.rows))
        trainer = make_trainer(recipe, arguments, reader, model, examples, stop)
        result = trainer.train(resume_from_checkpoint=str(resume) if resume else None)
        if not all(torch.isfinite(parameter).all() for parameter in model.parameters()):
            raise fail(
                where, "diverged", "the weights are no longer numbers", "lower learning_rate, or mixed_precision=no"
            )
        if PartialState().is_main_process:
            tagger = TransformerTagger(reader, torch_predict(model), "", recipe.per_device_eval_batch_size)
            advise(tagger, recipe, learn, stop, where)
            found = list(tagger.tag([document.with_spans([]) for document in stop]))
            run = Run(learn, stop, found, examples, result.metrics, trainer.state.log_history, resume is not None)
            write(out, recipe, tagger, model, run)
            seen = some(learn)
            again = list(tagger.tag([document.with_spans([]) for document in seen]))
            steps, nested = trainer.state.global_step, recipe.nested
            for problem in not_learned(seen, again, where, steps=steps, nested=nested):
                say(str(problem))
            shutil.rmtree(held)
            if recipe.push_to_hub and recipe.hub_model_id:
                push(out, recipe.hub_model_id, [*learn, *stop], private=recipe.hub_private_repo)
        PartialState().wait_for_everyone()
    return load_transformer(out, read_card(out))


def split(
    recipe: FinetuneRecipe, documents: Sequence[Document], dev: Sequence[Document] | None, where: str
) -> tuple[Sequence[Document], Sequence[Document]]:
    """The documents to learn from and those to choose the checkpoint by.

    Raises ViborderError `no-spans`, `too-few-documents`.
    """
    if not any(document.spans for document in documents):
        raise fail(where, "no-spans", "the training documents bear no spans", "give annotated documents")
    if dev is not None or not recipe.validation_split:
        return documents, dev or []
    held_out = max(1, round(recipe.validation_split * len(documents)))
    if held_out >= len(documents):
        message = f"validation_split {recipe.validation_split} of {counted(len(documents), 'document')} leaves none to learn from"
        raise fail(where, "too-few-documents", message, "validation_split=0 early_stopping_patience=0")
    chosen = set(random.Random(recipe.seed).sample(range(len(documents)), held_out))
    parts = (
        [document for at, document in enumerate(documents) if at not in chosen],
        [documents[at] for at in sorted(chosen)],
    )
    names = ", ".join(document.id for document in parts[1][:5]) + (" …" if held_out > 5 else "")
    _tell(f"stopping by {names}, held out of the training documents")
    return parts


def prepare(recipe: FinetuneRecipe, documents: Sequence[Document], where: str) -> tuple[Reader, TokenTagger]:
    """The tokenizer and the model, with a tag set and a depth that hold every span of the documents."""
    (enable_full_determinism if recipe.full_determinism else set_seed)(recipe.seed)
    if recipe.num_threads:
        torch.set_num_threads(recipe.num_threads)
    types = in_order(span.label for document in documents for span in document.spans)
    labels = ["O", *(f"{prefix}-{name}" for name in types for prefix in "BI")]
    if recipe.from_scratch:
        tokenizer = learn_tokenizer((document.text for document in documents), recipe.from_scratch)
        flat = random_model(recipe.from_scratch, tokenizer, labels)
    else:
        tokenizer = load_tokenizer(str(recipe.model_name_or_path), recipe.model_revision)
        flat = load_model(str(recipe.model_name_or_path), labels, recipe)
    size = window_size(flat, recipe, where)
    tokenizer.model_max_length = recipe.max_seq_length
    depth = max(len(by_depth(document.spans)) for document in documents) if recipe.nested else 1
    if recipe.gradient_checkpointing:
        flat.gradient_checkpointing_enable()
    freeze(flat, recipe, where)
    by_sentence = recipe.windows == "sentences"
    reading = (recipe.segmentation, size, recipe.stride, labels, depth, by_sentence, recipe.lower_capitals)
    return Reader(tokenizer, *reading), TokenTagger(flat, depth)


def training_arguments(recipe: FinetuneRecipe, held: Path) -> TrainingArguments:
    """The recipe as Trainer's own arguments."""
    cuda = torch.cuda.is_available() and not recipe.use_cpu
    precision = recipe.mixed_precision
    if precision == "auto":
        precision = "no" if not cuda else "bf16" if torch.cuda.is_bf16_supported() else "fp16"
    same = (
        "num_train_epochs max_steps per_device_eval_batch_size gradient_accumulation_steps learning_rate "
        "lr_scheduler_type warmup_steps weight_decay max_grad_norm optim torch_compile seed full_determinism save_steps save_total_limit "
        "logging_steps report_to run_name"
    )
    try:
        arguments = TrainingArguments(
            output_dir=str(held),
            **recipe.model_dump(include=set(same.split())),
            bf16=precision == "bf16",
            fp16=precision == "fp16",
            use_cpu=recipe.use_cpu or not torch.accelerator.is_available(),
            train_sampling_strategy="group_by_length" if recipe.group_by_length else "random",
            dataloader_pin_memory=cuda,
            eval_steps=recipe.save_steps,
            label_names=["labels", "window"],
            remove_unused_columns=False,
            logging_nan_inf_filter=False,
            ddp_find_unused_parameters=False,
            disable_tqdm=True,
        )
    except ValueError as error:  # an optimizer or a schedule that Trainer does not know
        raise fail("", "recipe-bad-value", str(error).split("\n")[0], "see transformers' TrainingArguments") from None
    if (
        arguments.n_gpu > 1
    ):  # Trainer would take nn.DataParallel, which multiplies a loss of one's own by the number of GPUs
        say(
            f"one of {arguments.n_gpu} GPUs is used; torchrun --nproc_per_node {arguments.n_gpu} train/finetune.py … uses all"
        )
        arguments._n_gpu = 1
    return arguments


def _set_steps(recipe: FinetuneRecipe, arguments: TrainingArguments, windows: int) -> None:
    """Set the batch size, by the data where the recipe says `auto`, and prolong a training that would end before the
    recipe's floor of steps; `max_steps` goes before it.
    """
    at_once = recipe.gradient_accumulation_steps * arguments.world_size
    wished = recipe.per_device_train_batch_size
    arguments.per_device_train_batch_size = batch_size(windows, at_once) if wished == "auto" else wished
    if wished == "auto":
        _tell(
            f"batches of {counted(arguments.per_device_train_batch_size, 'window')} (per_device_train_batch_size: auto)"
        )
    if recipe.max_steps > 0:
        return
    a_step = arguments.per_device_train_batch_size * at_once
    wanted = epochs(recipe.num_train_epochs, recipe.min_steps, windows, a_step)
    if wanted > recipe.num_train_epochs:
        _tell(f"{wanted:g} epochs instead of {recipe.num_train_epochs:g}, so that there are {recipe.min_steps} steps")
        arguments.num_train_epochs = wanted


def make_trainer(
    recipe: FinetuneRecipe,
    arguments: TrainingArguments,
    reader: Reader,
    model: TokenTagger,
    examples: Examples,
    stop: Sequence[Document],
) -> Trainer:
    """A Trainer with our loss and, where there are documents to stop by, scores by whole spans of whole documents."""
    rows = [row["labels"] for row in examples.rows]
    weight = class_weights(recipe.class_weight, rows, len(reader.labels))
    callbacks: list[TrainerCallback] = [Progress(), Seal()]
    seen = None
    if stop:
        seen = learn_from(reader, stop, cut=False)
        _tell(
            f"{counted(len(stop), 'document')} to stop by; {seen.lost} of their gold spans begin or end inside a unit and cannot be found"
        )
        arguments.eval_strategy = arguments.save_strategy
        arguments.load_best_model_at_end, arguments.metric_for_best_model, arguments.greater_is_better = (
            True,
            "overall_f1",
            True,
        )
        if recipe.early_stopping_patience:
            callbacks.append(EarlyStoppingCallback(recipe.early_stopping_patience))
    trainer = Trainer(
        model=model,
        args=arguments,
        train_dataset=examples.rows,
        eval_dataset=seen.rows if seen else None,
        data_collator=partial(collate, pad_token_id=reader.tokenizer.pad_token_id),
        compute_loss_func=Loss(weight, recipe.focal_gamma, recipe.label_smoothing_factor),
        compute_metrics=partial(metrics, reader, seen, stop) if seen else None,
        preprocess_logits_for_metrics=partial(_best, transitions(reader.labels)),
        callbacks=callbacks,
    )
    trainer.remove_callback(PrinterCallback)
    if recipe.head_learning_rate:
        set_head_rate(trainer.create_optimizer(), model, recipe.head_learning_rate)
    return trainer


def _best(across: Any, logits: torch.Tensor, labels: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """Trainer's `preprocess_logits_for_metrics`: the tags of the best sequences and their probabilities."""
    units = (labels[0][:, :, 0] != IGNORED).cpu().numpy()
    rows = zip(logits.float().cpu().numpy(), units, strict=True)
    found = [best_of_row(row, np.flatnonzero(where), across) for row, where in rows]
    tags, chances = (torch.from_numpy(np.stack(part)).to(logits.device) for part in zip(*found, strict=True))
    return tags, chances


def metrics(reader: Reader, examples: Examples, gold: Sequence[Document], evaluated: Any) -> dict[str, float]:
    """Trainer's `compute_metrics`: seqeval's keys over the spans of whole documents, `{TYPE}_f1` for each type.

    The rows come in any order (by length, from several processes); the second of the label arrays says which is which.
    """
    best, probabilities = evaluated.predictions
    windows = evaluated.label_ids[1].tolist()
    found = merge(reader, examples, zip(windows, best, probabilities, strict=True))
    nested = reader.depth > 1
    scores = score(
        gold, [document.with_spans(spans) for document, spans in zip(gold, found, strict=True)], nested=nested
    ).as_dict()
    types = {f"{name}_f1": values["f1"] for name, values in scores.items() if isinstance(values, dict)}
    return {name: value for name, value in scores.items() if not isinstance(value, dict)} | types


class Seal(TrainerCallback):  # type: ignore[misc]
    """Seals each checkpoint with the checksums of its files, so that a half-written one is known."""

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Seal the checkpoint that was just written; the first process does it."""
        if state.is_world_process_zero:
            checkpoints.seal(Path(args.output_dir) / f"checkpoint-{state.global_step}")


def write(out: Path, recipe: FinetuneRecipe, tagger: TransformerTagger, model: TokenTagger, run: Run) -> None:
    """Write the model folder: a transformers folder with `inner/` for the inner levels, `model.json`, the log and
    the card.
    """
    reader = tagger.reader
    reading = {field.name: getattr(reader, field.name) for field in fields(reader) if field.name != "tokenizer"}
    with new_folder(out) as folder:
        save(model, folder)
        reader.tokenizer.save_pretrained(folder)
        card = {
            "kind": "transformer",
            "reading": reading,
            "batch_size": recipe.per_device_eval_batch_size,
            "recipe": recipe.model_dump(),
            "documents": [document.id for document in run.learn],
            "data": checkpoints.revision(run.learn),
        }
        if tagger.advice.proposer:
            card |= tagger.advice.card(tagger.tuned)
            for name, data in tagger.advice.contents(tagger.tuned).items():
                (folder / name).parent.mkdir(exist_ok=True)
                (folder / name).write_bytes(data)
        whole = write_card(folder, card)
        (folder / "training_log.json").write_text(json.dumps(run.history, indent=1) + "\n", encoding="utf-8")
        (folder / "README.md").write_text(model_card(recipe, reader, run, whole["version"]), encoding="utf-8")


def _last_checkpoint(
    recipe: FinetuneRecipe, held: Path, learn: Sequence[Document], stop: Sequence[Document]
) -> Path | None:
    if PartialState().is_main_process:
        for note in checkpoints.open_folder(held, checkpoints.fingerprint(recipe, learn, stop), recipe.resume):
            say(note)
    PartialState().wait_for_everyone()
    checkpoint, notes = checkpoints.last_good(held)
    for note in [*notes, *([f"going on from {checkpoint.name}"] if checkpoint else [])]:
        _tell(note)
    return checkpoint


def _tell(message: str) -> None:
    if PartialState().is_main_process:
        say(message)
