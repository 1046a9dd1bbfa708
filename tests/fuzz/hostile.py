"""Files that a reader may meet: good ones of every format, and what becomes of them when parts are put out of order."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet as parquet
from hypothesis import strategies as st

from viborder.dataset.build import build
from viborder.document import PRIVATE, Document, Span
from viborder.formats import write
from viborder.shipped import FOLDER as SHIPPED
from viborder.train.recipe import recipe_path

TEXT = "Công an tỉnh Cao Bằng bắt Lò Văn A, sinh năm 1974, ở bản Pha.\nThu 168,55 kg ma túy đá tại Lào."
GOOD = Document(
    "a",
    TEXT,
    (
        Span(0, 21, "AGENCY"),
        Span(8, 21, "PLACE"),
        Span(66, 75, "QUANTITY"),
        Span(76, 85, "DRUG"),
        Span(90, 93, "PLACE"),
    ),
    (Span(26, 34, PRIVATE),),
)
DECISION = {"id": "a", "start": 8, "end": 21, "text": "tỉnh Cao Bằng", "passes": {"a": "PLACE"}, "decision": "PLACE"}
# format → the path of its good file in the folder of `good_files`; those behind `text` are not written as documents
FILES = {
    "jsonl": "a.jsonl",
    "packed": "a.jsonl.gz",
    "conll": "a.conll",
    "labelstudio": "a.json",
    "csv": "a.csv",
    "spacy": "a.spacy",
    "doccano": "a.doccano.jsonl",
    "prodigy": "a.prodigy.jsonl",
    "brat": "brat/a.ann",
    "brat-text": "brat/a.txt",
    "cas": "cas/a.xmi",
    "types": "cas/TypeSystem.xml",
    "text": "a.txt",
    "html": "a.html",
    "package": "package/stats.json",
    "parquet": "package/data/documents.parquet",
    "passes": "package/data/passes.parquet",
    "kept": "kept/data/documents.parquet",
    "sums": "package/SHA256SUMS",
    "model": "model/model.json",
    "weights": "model/outer.npz",
    "features": "model/outer.features.txt",
    "corrections": "model/corrections.tsv",
    "recipe": "recipe.yaml",
    "labels": "own/labels.yaml",
    "lexicon": "own/lexicon/weapons.tsv",
    "rules": "own/rules/weapon.txt",
    "corpus": "corpus.jsonl",
    "decisions": "annotations/decisions.jsonl",
    "annotators": "annotations/annotators.yaml",
    "changelog": "annotations/CHANGELOG.md",
}
WRITTEN = ("jsonl", "conll", "labelstudio", "csv", "spacy", "doccano", "prodigy")  # by viborder, as one file
FUZZED = (*WRITTEN, "brat", "cas", "text", "package", "parquet", "passes", "kept", "model")

HOSTILE = [
    *(
        b"\\ud800",
        b"1e400",
        b"-1",
        b"null",
        b"true",
        b"[]",
        b"{}",
        b'""',
        b"NaN",
        b"9" * 5_000,
        b"0.5",
        b"1" + b"0" * 400,
    ),
    *(
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\x00",
        b"\x1b[31m",
        b"\r",
        b"\r\n",
        b"\n\n",
        b"\xed\xa0\x80",
        "\u202e\u200b".encode(),
    ),
    *(b"[" * 20_000, b'{"a":' * 20_000, b"<a>" * 2_000, b"." * 20_000, b" " * 20_000, b"\n" * 20_000, b"a" * 20_000),
    *("bản 1 ".encode() * 5_000, "e\u0301".encode() * 2_000, "Công an ".encode() * 2_000, b"T1\tA 0 1\ta\n" * 500),
    *(b"B-A", b"I-", b"_", b"-DOCSTART-", b"\t\t\t", b'"', b"'", b"<!DOCTYPE a>", b"&a;", b"../../x", b"a" * 300),
]
VALUES: list[Any] = [
    *(None, True, -1, 0, 10**30, 10**400, 0.5, 1e308, "", "x", "\ud800", "\x1b[31m", "a" * 5_000, "e\u0301", "a\r\nb"),
    *(
        [],
        {},
        [[]],
        [None],
        {"a": None},
        "\u200b",
        " ",
        "PRIVATE",
        "../x",
        [1] * 500,
        {"start": 0, "end": 1, "label": "A"},
    ),
]


def good_files(folder: Path) -> dict[str, bytes]:
    """Format → the bytes of its good file; all files are in the folder."""
    for format in WRITTEN:
        write(_made(folder, format), [GOOD], format)
    write(_made(folder, "packed"), [GOOD])
    write(_made(folder, "corpus"), [GOOD.with_spans([])])
    for format in ("brat", "cas"):
        write(folder / format, [GOOD], format)
    _made(folder, "text").write_text(TEXT, encoding="utf-8")
    _made(folder, "html").write_text(_page(), encoding="utf-8")
    _project(folder / "annotations")
    for name, text in (("package", "omit"), ("kept", "keep")):
        build(folder / "corpus.jsonl", folder / "annotations", folder / name, text=text)
    shutil.copytree(SHIPPED, folder / "model")
    shutil.copytree(Path(__file__).parents[1] / "train/weapons", folder / "own")
    shutil.copy(recipe_path("crf"), _made(folder, "recipe"))
    return {format: (folder / name).read_bytes() for format, name in FILES.items()}


def _made(folder: Path, format: str) -> Path:
    path = folder / FILES[format]
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _page() -> str:
    body = "".join(f"<p>{line}</p>" for line in (TEXT + "\n").split("\n") * 5)
    return f"<html><head><title>Tin</title></head><body><article>{body}</article></body></html>"


def _project(folder: Path) -> None:
    write(folder / "gold.jsonl", [GOOD])
    (folder / "passes").mkdir()
    write(folder / "passes/a.jsonl", [GOOD])
    (folder / "CHANGELOG.md").write_text("## 0.1.0 — 2026-01-01\n- One.\n", encoding="utf-8")
    who = "a:\n  kind: person\n  description: One of us.\n  reviewed: true\n"
    (folder / "annotators.yaml").write_text(who, encoding="utf-8")
    (folder / "decisions.jsonl").write_text(json.dumps(DECISION, ensure_ascii=False) + "\n", encoding="utf-8")


@st.composite
def spoilt(draw: st.DrawFn, data: bytes) -> bytes:
    """A good file with one to three parts out of order: bytes, or values of its JSON or of its table's rows."""
    for _ in range(draw(st.integers(1, 3))):
        record = _json(data)
        rows = _rows(data) if record is None else None
        if rows and draw(st.integers(0, 3)):
            data = _table(json.loads(draw(_values(rows)))) or data
        else:
            data = draw(_values(record)) if record is not None and draw(st.booleans()) else draw(_bytes(data))
    return data


@st.composite
def _bytes(draw: st.DrawFn, data: bytes) -> bytes:
    start = draw(st.integers(0, len(data)))
    end = min(len(data), start + draw(st.sampled_from([0, 0, 1, 4, 40, len(data)])))
    return data[:start] + draw(st.sampled_from([*HOSTILE, b"", data[start:end] * 3])) + data[end:]


@st.composite
def _values(draw: st.DrawFn, record: Any) -> bytes:
    place = draw(st.sampled_from(list(_places(record))))
    return json.dumps(_put(record, place, draw(st.sampled_from(VALUES)))).encode() + b"\n"


def _json(data: bytes) -> Any:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict | list) and len(data) < 20_000 else None


def _rows(data: bytes) -> list[dict[str, Any]] | None:
    """The rows of a Parquet table; None where the bytes are none."""
    try:
        return list(parquet.read_table(io.BytesIO(data)).to_pylist()) if data.startswith(b"PAR1") else None
    except (pyarrow.ArrowException, OSError, UnicodeDecodeError):
        return None


def _table(rows: Any) -> bytes:
    """A Parquet table of the rows; empty where they are none, or no table can hold them."""
    held = io.BytesIO()
    try:
        parquet.write_table(pyarrow.Table.from_pylist(rows), held)
    except (pyarrow.ArrowException, TypeError, AttributeError, ValueError, OverflowError):
        return b""
    return held.getvalue()


def _places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(place for key, each in inner for place in _places(each, (*at, key)))]


def _put(value: Any, at: tuple[Any, ...], new: Any) -> Any:
    if not at:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[at[0]] = _put(copy[at[0]], at[1:], new)
    return copy
