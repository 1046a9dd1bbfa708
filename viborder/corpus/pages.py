"""The article of an HTML page, and the date that the page gives itself. Needs the extra `web`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from viborder.corpus.metadata import iso_date
from viborder.errors import Problem, ViborderError
from viborder.files import read_bytes
from viborder.text import tokenize

SHORTEST = 30  # tokens: what is found in a page without an article is its menu

_ELSEWHERE = ("footer", "aside", "nav")  # where a page speaks of itself or of other articles
_OF_OTHERS = re.compile(r"related|lien-?quan|tin-?khac|sidebar|footer|copyright|comment|binh-?luan|recommend|popular")
_DATED_LINE = re.compile(
    r"(?:Thứ\s+(?:Hai|Ba|Tư|Năm|Sáu|Bảy|[2-7])|Chủ\s+nhật)\s*,?\s*(?:ngày\s+)?(\d{1,2})[-/.](\d{1,2})[-/.]((?:19|20)\d\d)"
    r"(?:\s*[-|,]?\s*\d{1,2}[:h]\d\d(?:\s*(?:AM|PM))?)?(?:\s*\(?GMT\s*\+\s*7\)?)?",
    re.IGNORECASE,
)


def read_page(path: Path) -> tuple[str, dict[str, Any]]:
    """(headline and paragraphs, a line each, and what the page says of them: outlet, date, source, licence).

    Raises ViborderError: `extra-missing`, `html-no-article`, and those of files.
    """
    try:
        import trafilatura
    except ImportError as error:
        raise ViborderError(
            Problem(str(path), "extra-missing", f"HTML needs trafilatura ({error})", "pip install 'viborder[web]'")
        ) from None
    data = read_bytes(path)
    found: Any = trafilatura.bare_extraction(data, with_metadata=True, include_comments=False, include_tables=False)
    if found is None or len(tokenize(found.text or "")) < SHORTEST:
        raise ViborderError(
            Problem(str(path), "html-no-article", "no article was found in the page", "give the page of one article")
        )
    title = (found.title or "").strip()
    text = found.text if not title or found.text.startswith(title) else f"{title}\n{found.text}"
    known = {"outlet": found.sitename, "date": page_date(data), "source": found.url, "licence": found.license}
    return text + "\n", known


def page_date(data: bytes) -> str | None:
    """The date (ISO 8601) that the page names as its own: in metadata, in an element called a date or time, or on a
    line of its own with the day of the week. Nothing is guessed from licences, copyrights, scripts, links or the text.
    """
    from htmldate import find_date
    from trafilatura import load_html

    tree = load_html(data)
    if tree is None:
        return None
    for element in list(tree.iter()):
        if element.getparent() is not None and _is_of_others(element):
            element.drop_tree()
    found = find_date(tree, extensive_search=False, original_date=True)
    if found:
        return str(found)
    lines = (" ".join(element.text_content().split()) for element in tree.iter() if _is_short(element))
    dated = next((match for line in lines if (match := _DATED_LINE.fullmatch(line))), None)
    return iso_date(int(dated[3]), int(dated[2]), int(dated[1])) if dated else None


def _is_of_others(element: Any) -> bool:
    if not isinstance(element.tag, str) or element.tag in ("html", "body", "head", "article", "main"):
        return False
    named = f"{element.get('class', '')} {element.get('id', '')}".lower()
    return element.tag in _ELSEWHERE or _OF_OTHERS.search(named) is not None


def _is_short(element: Any) -> bool:
    return isinstance(element.tag, str) and not len(element) and bool(element.text) and len(element.text) < 80
