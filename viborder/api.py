"""What `import viborder` offers: a model to load, texts to tag, documents to read, write and score.

Paths are strings or `Path`s everywhere. Offsets are half-open code points into `document.text`.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from viborder.document import Document
from viborder.text import normalise

if TYPE_CHECKING:
    from viborder.eval import Agreement, Comparison, Scores
    from viborder.train import Tagger as Model

Text = str | Document
Side = str | Path | Sequence[Document] | Sequence[Sequence[str]]  # a file, documents, or tag sequences


class Tagger:
    """Finds spans in texts. Made by `viborder.load`.

    labels: the types that it marks, in order. version: of the model. folder: where its files are.
    """

    def __init__(self, model: Model, folder: Path) -> None:
        self._model = model
        self.labels: list[str] = list(model.labels)
        self.version: str = model.version
        self.folder = folder

    def __repr__(self) -> str:
        return f"<viborder.Tagger {self.version}: {', '.join(self.labels)}>"

    @overload
    def tag(self, texts: Text) -> Document: ...  # type: ignore[overload-overlap]
    @overload
    def tag(  # type: ignore[overload-overlap]
        self, texts: list[str] | list[Document] | tuple[Text, ...]
    ) -> list[Document]: ...
    @overload
    def tag(self, texts: Iterable[Text]) -> Iterator[Document]: ...

    def tag(self, texts: Text | Iterable[Text]) -> Document | list[Document] | Iterator[Document]:
        """The text as a `Document` with nested spans, each with a `score` in 0…1; a list for a list or tuple; for any
        other iterable an iterator, which reads about 65 articles ahead and holds no more than those.

        Texts are strings, or Documents, whose id and meta stay and whose spans are ignored. A string becomes a Document
        with the id `text`, those of several strings `text-1`, `text-2`, ….
        The text of a result is the given one after NFC and `\\r\\n` → `\\n`, as on the command line, and offsets refer
        to it; `document.meta["changes"]` says so where that changed something.
        Raises TypeError for what is neither a string nor a Document.
        """
        if isinstance(texts, str | Document):
            return next(self._tagged([_document(texts, "text")]))
        if isinstance(texts, bytes | Path | Mapping) or not isinstance(texts, Iterable):
            raise _not_a_text(texts)
        documents = (_document(text, f"text-{number}") for number, text in enumerate(texts, 1))
        found = self._tagged(documents)
        return list(found) if isinstance(texts, list | tuple) else found

    def _tagged(self, documents: Iterable[Document]) -> Iterator[Document]:
        yield from self._model.tag(documents)


def load(model: str | Path | None = None, *, revision: str | None = None) -> Tagger:
    """A tagger: the model that comes with the package, a model folder, or a model of the Hugging Face Hub.

    model: nothing, a folder that `viborder train` wrote, or a Hub id `OWNER/NAME` (a folder of that name comes first).
    revision: the Hub's branch, tag or commit; a model of the Hub is downloaded once, into the Hub's own cache.
    Raises ViborderError: `model-missing`, `model-foreign`, `model-damaged`, `hub-unreachable`, `hub-not-found`,
    `extra-missing` where a fine-tuned model needs torch.
    """
    from viborder.tag.models import model_folder
    from viborder.train import load as load_folder

    folder = model_folder(model, revision)
    return Tagger(load_folder(folder), folder)


def read(path: str | Path, format: str | None = None) -> list[Document]:
    """The documents of a file, a folder or a dataset folder. Its ending names the format, or `format` does.

    What the format says beyond documents and spans is left out, with a warning that counts it.
    Raises ViborderError: `file-missing`, `format-unknown`, and everything that is wrong with the file, at once.
    """
    from viborder.dataset.package import read as work

    lost: Counter[str] = Counter()
    found = work(Path(path), format, lost)
    _warn_of_loss(path, lost)
    return found


def write(path: str | Path, documents: Document | Iterable[Document], format: str | None = None) -> None:
    """Write documents, whole or not at all; the path's ending names the format, or `format` does.

    What the format cannot hold is left out, with a warning that counts it.
    Raises ViborderError: `format-unknown`, `cannot-write`, and the format's own.
    """
    from viborder.formats import write as work

    whole = [documents] if isinstance(documents, Document) else documents
    _warn_of_loss(path, work(Path(path), whole, format))


def score(
    gold: Side,
    pred: Side,
    *,
    nested: bool = True,
    labels: Collection[str] | None = None,
    exclude: Collection[str] = (),
    unit: str | None = None,
    scheme: str | None = None,
) -> Scores:
    """Score predictions against gold: files, documents with the same ids and texts, or tag sequences in the same order.

    The result has `.micro()`, `.macro()`, `.by_type()` (precision, recall and F1 in 0…1 with the numbers of spans) and
    `.as_json()`; the keywords are explained at `viborder.eval.score`, with what is raised.
    """
    from viborder.eval import score as work

    sides = _sides([gold, pred])
    return work(*sides, nested=nested, labels=labels, exclude=exclude, unit=unit, scheme=scheme)


def compare(gold: Side, preds: Mapping[str, Side] | Sequence[str | Path], **options: Any) -> Comparison:
    """Whether systems differ by more than chance: paired differences of F1 with intervals and p-values.

    preds: name → predictions, as for `score`; or paths, which are then named after their files. options: see
    `viborder.eval.compare`.
    """
    from viborder.eval import compare as work

    named = _named(preds)
    annotated, *tagged = _sides([gold, *named.values()])
    return work(annotated, dict(zip(named, tagged, strict=True)), **options)


def agree(passes: Mapping[str, Side] | Sequence[str | Path], **options: Any) -> Agreement:
    """How far annotators agree on the same texts.

    passes: name → documents or path; or paths, which are then named after their files. options: see
    `viborder.eval.agree`.
    """
    from viborder.eval import agree as work

    sides: dict[str, Any] = {
        name: read(side) if isinstance(side, str | Path) else side for name, side in _named(passes).items()
    }
    return work(sides, **options)


def _named(sides: Mapping[str, Side] | Sequence[str | Path]) -> Mapping[str, Side]:
    if isinstance(sides, Mapping):
        return sides
    if isinstance(sides, str | Path) or not all(isinstance(side, str | Path) for side in sides):
        raise TypeError("a mapping of names to documents or paths, or a list of paths")
    from viborder.files import called

    return dict(called(map(Path, sides)))


def _sides(sides: Sequence[Side]) -> list[Any]:
    """Documents or tags of each side. Files of columns are read together, so that what their tags say is kept."""
    from viborder.eval.counting import inputs

    if all(isinstance(side, str | Path) for side in sides):
        return [side.scored for side in inputs.read([Path(str(side)) for side in sides], whole=False)]
    return [read(side) if isinstance(side, str | Path) else side for side in sides]


def _document(text: Any, identity: str) -> Document:
    """A text as a document in the form that offsets refer to."""
    document = Document(identity, text) if isinstance(text, str) else text
    if not isinstance(document, Document):
        raise _not_a_text(text)
    normal, changes = normalise(document.text)
    if not changes:
        return document
    return Document(document.id, normal, meta={**document.meta, "changes": changes})


def _not_a_text(value: Any) -> TypeError:
    hint = "; viborder.read(path) gives documents" if isinstance(value, Path) else ""
    return TypeError(f"a text is a string or a Document, not {type(value).__name__}{hint}")


def _warn_of_loss(path: str | Path, lost: Mapping[str, int]) -> None:
    for kind, count in sorted(lost.items()):
        if count:
            warnings.warn(f"{path}: not kept: {count} {kind}", stacklevel=3)
