"""Speed of fine-tuning and of tagging beside a plain Trainer script of the kind that the transformers examples show, in
one run.

    python eval/benchmarks/finetune.py [--documents 400] [--repeats 3]

Same encoder (tiny.yaml's, the same random weights), same tokenizer, same sentences of the five articles, same batch
size, one thread. The plain script truncates at 128 subwords, pads every batch to its longest and shuffles; ours groups
by length. Each is run in turn, `repeats` times, and the fastest of each counts, in CPU seconds. A token is a syllable,
a number or a mark.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from transformers import (
    AutoModelForTokenClassification,
    DataCollatorForTokenClassification,
    Trainer,
    TrainingArguments,
    pipeline,
)

from viborder.document import Document, Span, outermost
from viborder.formats import read
from viborder.tags import to_iob2
from viborder.text import sentences, tokenize
from viborder.train import load
from viborder.train.encoder.examples import learn_from
from viborder.train.encoder.export import export
from viborder.train.encoder.finetune import finetune, make_trainer, prepare, training_arguments
from viborder.train.encoder.progress import quiet, say
from viborder.train.encoder.recipe import finetune_recipe
from viborder.train.recipe import load_recipe

BATCH = 32


def data(count: int) -> list[Document]:
    """Sentences of the five articles with their outermost spans, over and over until there are `count`."""
    found = []
    for article in read(Path("annotations/gold.jsonl")):
        for start, end in sentences(article.text):
            spans = [Span(span.start - start, span.end - start, span.label) for span in outermost(article.spans)]
            inside = tuple(span for span in spans if span.start >= 0 and span.end <= end - start)
            found.append(Document(f"{article.id}-{start}", article.text[start:end], inside))
    return [found[at % len(found)] for at in range(count)]


def plain_rows(tokenizer: Any, documents: list[Document], label2id: dict[str, int]) -> list[dict[str, Any]]:
    """As the examples do: words to a fast tokenizer, truncation, the first subword of a word bears its label."""
    rows = []
    for document in documents:
        tokens = tokenize(document.text)
        tags = to_iob2(tokens, document.spans)
        encoded = tokenizer(
            [document.text[a:b] for a, b in tokens], is_split_into_words=True, truncation=True, max_length=128
        )
        labels, before = [], None
        for word in encoded.word_ids():
            labels.append(-100 if word is None or word == before else label2id[tags[word]])
            before = word
        rows.append({**encoded, "labels": labels})
    return rows


def best(repeats: int, runs: dict[str, Callable[[], float]]) -> dict[str, float]:
    """The fewest CPU seconds of each of several runs, taken in turn."""
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(repeats):
        for name, run in runs.items():
            seconds[name].append(run())
    return {name: min(values) for name, values in seconds.items()}


def timed(work: Callable[[], Any]) -> float:
    """CPU seconds that some work takes: on one thread they are what a quiet machine would need."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=400)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(1)
    documents = data(options.documents)
    tokens = sum(len(tokenize(document.text)) for document in documents)
    overrides = [
        "nested=false",
        f"per_device_train_batch_size={BATCH}",
        "num_train_epochs=1",
        "save_steps=100000",
        "logging_steps=100000",
    ]
    recipe = finetune_recipe(load_recipe(Path("train/tiny.yaml"), overrides), "train/tiny.yaml")

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        quiet()
        finetune(recipe, documents, folder / "model", where="benchmark")
        export(folder / "model", folder / "onnx")

        def ours() -> float:
            reader, model = prepare(recipe, documents, "")
            arguments = training_arguments(recipe, folder / "ours")
            arguments.save_strategy = "no"
            return timed(
                lambda: make_trainer(recipe, arguments, reader, model, learn_from(reader, documents), [], False).train()
            )

        def plain() -> float:
            reader, model = prepare(recipe, documents, "")
            arguments = TrainingArguments(
                str(folder / "plain"),
                per_device_train_batch_size=BATCH,
                num_train_epochs=1,
                learning_rate=recipe.learning_rate,
                save_strategy="no",
                use_cpu=True,
                disable_tqdm=True,
                logging_steps=100000,
            )

            def work() -> None:
                rows = plain_rows(reader.tokenizer, documents, model.config.label2id)
                collator = DataCollatorForTokenClassification(reader.tokenizer)
                Trainer(model=model.flat, args=arguments, train_dataset=rows, data_collator=collator).train()

            return timed(work)

        tagger, onnx = load(folder / "model"), load(folder / "onnx")
        flat = AutoModelForTokenClassification.from_pretrained(folder / "model")
        bare = [document.with_spans([]) for document in documents]
        serve = pipeline(
            "token-classification",
            model=flat,
            tokenizer=tagger.reader.tokenizer,
            aggregation_strategy="first",
            device="cpu",
        )  # type: ignore[attr-defined]
        texts = [document.text for document in documents]
        say(f"{len(documents)} sentences, {tokens} tokens")
        train = best(options.repeats, {"viborder": ours, "plain Trainer script": plain})
        infer = best(
            options.repeats,
            {
                "viborder tag": lambda: timed(lambda: list(tagger.tag(bare))),
                "viborder tag, ONNX": lambda: timed(lambda: list(onnx.tag(bare))),
                "transformers pipeline, batches of 32": lambda: timed(lambda: serve(texts, batch_size=BATCH)),
                "transformers pipeline, one by one": lambda: timed(lambda: serve(texts)),
            },
        )
    for title, seconds, other in (
        ("training", train, "plain Trainer script"),
        ("tagging", infer, "transformers pipeline, batches of 32"),
    ):
        print(title)
        for system, value in seconds.items():
            print(
                f"  {system:40} {tokens / value:10,.0f} tokens per CPU second   {seconds[other] / value:5.2f} × {other}"
            )


if __name__ == "__main__":
    main()
