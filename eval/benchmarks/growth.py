"""How time grows with the length of hostile inputs: python eval/benchmarks/growth.py [NAME…]

Each input is made for one reader, check, mask, sentence cut, metadata, grammar or score, and doubled until it takes
half a second of CPU (or is two million repetitions long). Printed is the exponent: the slope of log time over
log size, 1.0 where time is linear, 2.0 where it is quadratic, over the last two doublings; 0.00 where it is too quick
to tell. Scores are
tried with spans side by side alone: aligning spans that all overlap one another takes as long as there are pairs. Exit
status 1 where one is above 1.25, which leaves room for noise on a busy machine; aim at 1.1.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import math
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from itertools import accumulate, product
from pathlib import Path
from typing import Any

from viborder.annotate.check import check, check_document
from viborder.annotate.hiding import hiding
from viborder.annotate.private import People
from viborder.corpus.duplicates import Newcomers
from viborder.corpus.metadata import read_metadata
from viborder.dataset.diff import diff
from viborder.dataset.mask import dropped, mask
from viborder.dataset.schema import document_row, sentence_rows
from viborder.document import Document, Span, by_depth
from viborder.errors import ViborderError
from viborder.eval.counting.scoring import score
from viborder.eval.errors.records import error_records
from viborder.facts import facts
from viborder.formats import read, write
from viborder.grammar import pieces
from viborder.quantity import parse
from viborder.similar import twins
from viborder.text import cut, sentences, tokenize

ENOUGH, TOO_LONG, LIMIT = 0.5, 1 << 21, 1.25  # CPU seconds; repetitions of a pattern; the highest exponent allowed
TRIES = 3  # of each size, of which the quickest counts: what else the machine does only adds time
FOLDER = Path(tempfile.mkdtemp())
Case = tuple[Callable[[int], Any], Callable[[Any], object]]  # input of a size; what is timed


def text_cases(name: str, run: Callable[[str], object], *patterns: str) -> dict[str, Case]:
    """A case for each pattern, repeated."""
    return {
        f"{name} {pattern!r}": (lambda size, pattern=pattern: "Hà Nội " + pattern * size + "5 kg", run)
        for pattern in patterns
    }


def flat(size: int, label: str = "PLACE") -> Document:
    """As many spans side by side, a token each."""
    return Document("a", "Lào " * size, tuple(Span(4 * at, 4 * at + 3, label) for at in range(size)))


def nested(size: int) -> Document:
    """As many spans, each inside the one before."""
    return Document("a", "Lào " * 2 * size, tuple(Span(4 * at, 8 * size - 1 - 4 * at, "AGENCY") for at in range(size)))


def crossing(size: int) -> Document:
    """As many spans, each crossing all others."""
    return Document("a", "Lào " * 2 * size, tuple(Span(4 * at, 4 * (size + at) - 1, "PLACE") for at in range(size)))


def long_span(size: int) -> Document:
    """One span over everything, and its first word many times."""
    return Document("a", "Lào " * size, (Span(0, 4 * size - 1, "AGENCY"),))


def alternating(size: int) -> Document:
    """Private persons and places in turn."""
    spans = [Span(4 * at, 4 * at + 3, "PLACE") for at in range(0, size, 2)]
    return Document(
        "a", "Lào " * size, tuple(spans), tuple(Span(4 * at, 4 * at + 3, "PRIVATE") for at in range(1, size, 2))
    )


def unmarked(size: int) -> list[Document]:
    """A document that marks a name once, another that says it often inside and outside of other spans."""
    other = Document("b", "Lào và " * size, tuple(Span(7 * at + 4, 7 * at + 6, "PLACE") for at in range(size)))
    return [Document("a", "Lào", (Span(0, 3, "PLACE"),)), other]


def many_names(size: int) -> Document:
    """As many private persons, each with a name of its own."""
    names = [f"Lê Văn N{number}" for number in range(size)]
    ends = list(accumulate(len(name) + 2 for name in names))
    spans = tuple(Span(end - 2 - len(name), end - 2, "PRIVATE") for end, name in zip(ends, names, strict=True))
    return Document("a", "".join(f"{name}, " for name in names), (), spans)


def many_hamlets(size: int) -> Document:
    """A private person, and as many hamlets in the same sentence."""
    return one_name("".join(f"bản B{number} " for number in range(size)))(1)


def one_name(pattern: str) -> Callable[[int], Document]:
    """A private person, and a pattern repeated in the same sentence."""
    return lambda size: Document("a", "ông Lê Nam " + pattern * size, (), (Span(4, 10, "PRIVATE"),))


def put(ending: str, contents: Callable[[int], str], size: int) -> Path:
    """A new file with the contents of a size."""
    path = FOLDER / f"{time.time_ns()}{ending}"
    path.write_text(contents(size), encoding="utf-8")
    return path


def save(ending: str, *documents: Document) -> Path:
    """The documents as a new file (or, without an ending, a folder) of the format."""
    path = FOLDER / f"{time.time_ns()}{ending}"
    quietly(write, path, documents)
    return path


def saved(kind: Callable[[int], Document | list[Document]], ending: str, size: int) -> Path:
    """What a case is made of, as a file of the format."""
    made = kind(size)
    return save(ending, *(made if isinstance(made, list) else [made]))


def check_file(path: Path) -> None:
    """What `viborder check` does with a file."""
    check([path], None)


def quietly(run: Callable[..., object], *arguments: Any, **options: Any) -> None:
    """Run; what is wrong with the input is no matter here."""
    with contextlib.suppress(ViborderError), contextlib.redirect_stderr(io.StringIO()):
        run(*arguments, **options)


def hide(document: Document) -> None:
    """What masking does to a document."""
    people = People()
    people.meet(document)
    edits = hiding(document, people, identifiers=True)
    mask(document, edits)
    mask(document, dropped(document, edits))


def rows(document: Document) -> None:
    """What building does to a document."""
    tokens, bounds = tokenize(document.text), sentences(document.text)
    layers = by_depth(document.spans)
    document_row(document, 0, True, (), layers)
    list(sentence_rows(document, tokens, bounds, layers))


PATTERNS: dict[str, tuple[Callable[[str], object], str]] = {  # what is timed, and what is repeated, `|` between
    "tokens": (cut, "a|1.|a\u0301|\u200b|1,1.|Hà Nội |½"),
    "sentences": (sentences, '.|…|!|."|. (| TP.| 1.|\n| |.\u200b|. |12. Tp. '),
    "amount": (parse, "1| 000|1.|,1|tỷ |hơn |(|- |1 tỷ |hai |1-|5 đến | |½|1/|(1 |vài trăm |ba phần "),
    "metadata": (read_metadata, "\n|\n | |(A|1-1-|Bà Rịa - |TP |Lào |Sáng nay |Hồ Chí Minh "),
    "grammar": (
        lambda text: pieces(text, *cut(text)),
        "Công an |Công an tỉnh |tỉnh Hà Nội, |1 |1 - |- |( |A |ông |Nguyễn Văn A, |và |: |1/2 |1 000 |hai |rưỡi |Phòng |bản |Ảnh: "
        "|đồng chí A, |"
        'Công an Lào và |" |kg5 |TỈNH |Bộ |UBND |của |huyện Văn Lãng |Đồn Biên phòng |5 đến |1 triệu |Ủy ban |\n|Lào - |Thôn 1 |hai ('
        "|bản 1 |đội |Chi cục |Phòng 1, |các xã A, B, |phòng chính trị (C1) ",
    ),
}
MASKED = (
    "bản 1 |bản A B |tổ 1 |sinh năm |sinh năm 1990 | |SN: |Lê Nam "
    "|Lê |(1990) |tổ dân phố |a@b.vn |0912345678 |http://a.vn/ |N. |LêNam"
).split("|")
ENDINGS = (".jsonl", ".json", ".csv", ".conll", ".spacy", "")  # the last: a folder of brat's


def cases() -> dict[str, Case]:
    """Every case by its name."""
    found: dict[str, Case] = {}
    for name, (run, patterns) in PATTERNS.items():
        found |= text_cases(name, run, *patterns.split("|"))
    for pattern in MASKED:
        found[f"mask {pattern!r}"] = one_name(pattern), hide
    for kind in (many_names, many_hamlets):
        found[f"mask {kind.__name__}"] = kind, hide
    for kind in (flat, long_span, alternating, unmarked, many_names):
        found[f"check {kind.__name__}"] = partial(saved, kind, ".jsonl"), partial(quietly, check_file)
    for kind in (nested, crossing, alternating):
        found[f"check spans {kind.__name__}"] = kind, lambda document: list(check_document(document, "", ["PLACE"]))
    for ending in ENDINGS:
        found[f"read {ending[1:] or 'brat'}"] = partial(saved, flat, ending), partial(quietly, read)
    for ending in (*ENDINGS, ".html"):
        found[f"write {ending[1:] or 'brat'}"] = flat, partial(save, ending)
    for ending, kind in product((".conll", ".spacy"), (nested, crossing)):  # the others write the text of each span
        found[f"write {ending[1:]} {kind.__name__}"] = kind, partial(save, ending)
    for kind in (flat, nested):
        found[f"depths {kind.__name__}"] = kind, lambda document: by_depth(document.spans)
    found["score flat"] = flat, lambda document: quietly(score, [document], [document])
    found["rows flat"] = flat, rows
    found["errors flat"] = flat, lambda one: list(error_records([one], [one.with_spans(one.spans[::2])]))
    found["diff flat"] = flat, lambda one: diff([one], [one.with_spans(one.spans[::2])])
    found["facts flat"] = partial(flat, label="QUANTITY"), lambda document: list(facts([document]))
    found["similar texts"] = (lambda size: [f"a b c d{number} e f g" for number in range(size)]), twins
    found["newcomers"] = (lambda size: "a b c " * size), lambda text: Newcomers().add(text)
    return found | files()


def files() -> dict[str, Case]:
    """Cases whose input is the contents of a file."""
    start = '{"id": "a", "text": "x", "spans": [{"label": "X", "end": 1, "start": '
    found = {
        "read a number of many digits": (".jsonl", lambda size: start + "9" * size + "}]}", None),
        "read deep lists": (".jsonl", lambda size: '{"id": "a", "text": ' + "[" * size + "]" * size + "}", None),
        "read broken lines": (".jsonl", lambda size: "{\n" * size, None),
        "read one id": (".jsonl", lambda size: '{"id": "a", "text": "x"}\n' * size, None),
        "read comments": (".conll", lambda size: "# x\n" * size + "a\tO\n" * size, None),
        "read one sentence": (".conll", lambda size: "a\tB-X\n" * size, None),
        "read doccano": (".jsonl", lambda size: spans_of(size, "label", False), "doccano"),
        "read prodigy": (".jsonl", lambda size: spans_of(size, "spans", True), "prodigy"),
    }
    return {
        name: (partial(put, ending, make), partial(quietly, read, format=format))
        for name, (ending, make, format) in found.items()
    }


def spans_of(size: int, key: str, named: bool) -> str:
    """A record of another tool with as many spans, as objects or as lists."""
    spans = [{"start": 4 * at, "end": 4 * at + 3, "label": "X"} for at in range(size)]
    return json.dumps({"text": "Lào " * size, key: spans if named else [list(span.values()) for span in spans]})


def exponent(case: Case) -> tuple[float, int, float]:
    """(exponent, size reached, CPU seconds at that size)."""
    make, run = case
    times: list[tuple[int, float]] = []
    run(make(4))  # imports and first uses
    size = 64
    while size <= TOO_LONG:
        given = make(size)
        times.append((size, min(once(run, given) for _ in range(TRIES))))
        if times[-1][1] > ENOUGH:
            break
        size *= 2
    (first, before), (last, after) = times[max(0, len(times) - 3)], times[-1]
    if after < 0.05 or first == last:
        return 0.0, last, after  # too quick to tell
    return math.log(after / max(before, 1e-4)) / math.log(last / first), last, after


def once(run: Callable[[Any], object], given: Any) -> float:
    """CPU seconds of a run, without the collector of garbage, which looks at what other cases left."""
    gc.collect()
    gc.disable()
    try:
        begun = time.process_time()
        run(given)
        return time.process_time() - begun
    finally:
        gc.enable()


def main() -> None:
    """Time every case, or those whose names hold one of the words given."""
    worse = []
    for name, case in cases().items():
        if len(sys.argv) > 1 and not any(word in name for word in sys.argv[1:]):
            continue
        slope, size, seconds = exponent(case)
        if slope > LIMIT:  # once more: another process may have had the core
            slope, size, seconds = min(exponent(case), (slope, size, seconds))
        print(f"{slope:5.2f}  {seconds:6.2f} s at {size:>9,}  {name}", flush=True)
        if slope > LIMIT:
            worse.append(name)
    shutil.rmtree(FOLDER)
    if worse:
        sys.exit(f"{len(worse)} grow faster than linearly: {', '.join(worse)}")


if __name__ == "__main__":
    main()
