"""The report: one HTML file that needs no network, to be read on a desk, on a phone and in the dark."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Collection, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from statistics import fmean
from typing import Any

from viborder.document import Document, outermost
from viborder.errors import counted, fail
from viborder.eval.counting.scores import Scores
from viborder.eval.show.report_data import Folds, Systems, report_data
from viborder.eval.uncertainty.comparing import Comparison
from viborder.files import new_file, read_text

SCRIPTS = ("tools.js", "marks.js", "charts.js", "scores.js", "errors.js", "documents.js", "main.js")


def write(
    path: Path,
    gold: Sequence[Document],
    systems: Systems,
    *,
    folds: Folds | None = None,
    train: Sequence[Document] | None = None,
    curve: Mapping[str, Sequence[Mapping[str, float]]] | None = None,
    title: str = "Viborder report",
    note: str = "",
    scores: Mapping[str, Scores] | None = None,
    comparison: Comparison | None = None,
) -> None:
    """Write the report of one system or several over the same gold documents.

    systems: name → predicted documents, with the ids and texts of `gold`; a document that a system lacks counts as
    missed, and so does what lies in the ranges that a prediction's `meta["unread"]` lists (half-open code points).
    folds: document id → fold.
    train: the documents that the systems were trained on, for seen and unseen mentions and leakage; a document's own
    and those of its fold are left out, so that cross-validation gives all of them. curve: system → points with
    `documents` (learned from), `f1` and, if known, `low` and `high` of its interval or range. note: said first, such as
    what the systems were tuned on. scores, comparison: what was computed already, so that the page shows the very same
    numbers and signature; without them all spans are scored by document.
    Raises ViborderError: `cannot-write`, `nothing-to-report` (no documents or no system), and what
    `viborder.eval.score` raises.
    """
    if not gold or not systems:
        raise fail(
            path,
            "nothing-to-report",
            f"{counted(len(gold), 'document')}, {counted(len(systems), 'system')}",
            "one document and one system at least",
        )
    page = render(report_data(gold, systems, folds, train, curve, title, note, scores, comparison))
    with new_file(path) as file:
        file.write(page)


def read_curve(path: Path) -> list[dict[str, float]]:
    """The points that `viborder curve --json` wrote, as `write` takes them: the mean F1 of all spans, its least and its
    most.

    Raises ViborderError `curve-malformed`, and what reading a file raises.
    """
    try:
        points = [
            (point["documents"], [float(value) for value in point["nested"]]) for point in json.loads(read_text(path))
        ]
        return [
            {"documents": size, "f1": fmean(values), "low": min(values), "high": max(values)} for size, values in points
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise fail(
            path, "curve-malformed", f"no learning curve: {error}", "give a file that `viborder curve --json` wrote"
        ) from None


def only(
    documents: Sequence[Document], labels: Collection[str], exclude: Collection[str], nested: bool = True
) -> list[Document]:
    """The documents with the spans of these labels (of all, where none is named) but for the excluded ones, or their
    outermost.
    """
    keep = [
        [s for s in document.spans if (not labels or s.label in labels) and s.label not in exclude]
        for document in documents
    ]
    return [
        document.with_spans(spans if nested else outermost(spans))
        for document, spans in zip(documents, keep, strict=True)
    ]


def render(data: Mapping[str, Any]) -> str:
    """The whole page.

    Only its own style and script may run in it, and it may load nothing (content security policy).
    """
    folder = files("viborder.eval.show") / "page"
    style = (folder / "page.css").read_text(encoding="utf-8")
    script = "\n".join((folder / name).read_text(encoding="utf-8") for name in SCRIPTS)
    parts = {
        "{{title}}": html.escape(str(data["title"])),
        "{{policy}}": f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; base-uri 'none'; form-action 'none'",
        "{{style}}": style,
        "{{data}}": embedded(data),
        "{{script}}": script,
    }
    page = (folder / "page.html").read_text(encoding="utf-8")
    before, *rest = page.split("{{")
    return before + "".join(parts["{{" + piece.split("}}", 1)[0] + "}}"] + piece.split("}}", 1)[1] for piece in rest)


def embedded(data: Any) -> str:
    """JSON that nothing inside an HTML `script` element can end or misread: `<`, `>`, `&` and two line ends of
    Unicode are escaped.
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for mark in "<>&\u2028\u2029":
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return text


def _hash(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
