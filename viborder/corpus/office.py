"""The text of a Word document (.docx) and of a PDF that holds text. Needs the extra `texts`."""

from __future__ import annotations

import io
import logging
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from viborder.errors import ViborderError, fail
from viborder.files import MAX_FILE, read_whole

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"  # the same box again, for old Word
_REMOVED = frozenset([f"{_WORD}del", f"{_WORD}moveFrom", _FALLBACK])
_APART = _REMOVED | {f"{_WORD}p", f"{_WORD}pPr", f"{_WORD}rPr"}  # a paragraph in a text box is a line of its own
_MARKS = {f"{_WORD}tab": "\t", f"{_WORD}br": "\n", f"{_WORD}cr": "\n", f"{_WORD}noBreakHyphen": "-"}


def read_docx(path: Path) -> str:
    """The paragraphs of a Word document, a line each, in their order; those of tables and text boxes too.

    Tracked insertions are kept and tracked deletions left out. Headers, footers, notes, comments and the numbers that
    Word itself puts before the items of a list are left out.

    Raises ViborderError: `extra-missing`, `document-unreadable`, `document-without-text`, and those of files.
    """
    with _extra(path, "python-docx"):
        import docx
    data = read_whole(path)
    with _unreadable(path):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
        if unpacked > MAX_FILE:
            raise fail(path, "file-too-large", f"more than {MAX_FILE:,} bytes unpacked", "one article a file")
        body: Any = docx.Document(io.BytesIO(data)).element.body
        text = "".join(f"{line}\n" for line in _paragraphs(body))
    if not text.strip():
        raise fail(path, "document-without-text", "no paragraph holds text", "give the article as text, not as picture")
    return text


def _paragraphs(body: Any) -> Iterator[str]:
    for paragraph in body.iter(f"{_WORD}p"):
        if not any(outer.tag in _REMOVED for outer in paragraph.iterancestors()):
            yield "".join(_pieces(paragraph))


def _pieces(element: Any) -> Iterator[str]:
    """The text of a paragraph, of its links, fields and insertions too. python-docx itself leaves out insertions."""
    for child in element:
        if child.tag == f"{_WORD}t":
            yield child.text or ""
        elif child.tag in _MARKS:
            yield _MARKS[child.tag]
        elif child.tag not in _APART:
            yield from _pieces(child)


def read_pdf(path: Path) -> tuple[str, list[str]]:
    """(text of a PDF, page after page, with its line ends and hyphens as they stand; a note on pages without text).

    Raises ViborderError: `extra-missing`, `document-unreadable`, `document-without-text`, and those of files.
    """
    with _extra(path, "pypdf"):
        import pypdf
    data = read_whole(path)
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what it could mend; what it could not, it raises
    with _unreadable(path):
        pages = [page.extract_text().rstrip() for page in pypdf.PdfReader(io.BytesIO(data)).pages]
    empty = [str(number) for number, page in enumerate(pages, 1) if not page]
    if len(empty) == len(pages):
        said = f"none of its pages ({len(pages)}) holds text: it is scanned"
        raise fail(path, "document-without-text", said, "recognise its letters (OCR) first, and give the text")
    notes = [f"pages without text passed over: {', '.join(empty)} (of {len(pages)})"] if empty else []
    return "".join(f"{page}\n" for page in pages if page), notes


@contextmanager
def _extra(path: Path, package: str) -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        said = f"{path.suffix} needs {package} ({error})"
        raise fail(path, "extra-missing", said, "pip install 'viborder[texts]'") from None


@contextmanager
def _unreadable(path: Path) -> Iterator[None]:
    """Whatever the libraries raise on a broken or locked file, which is of many kinds, as one error."""
    try:
        yield
    except ViborderError:
        raise
    except Exception as error:
        said = f"no {path.suffix.lower()} that can be read: {type(error).__name__}: {error}"
        hint = "open it, take its password off, and save it anew"
        raise fail(path, "document-unreadable", f"{said:.300}", hint) from None
