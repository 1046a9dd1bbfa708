"""`viborder tag` on a terminal."""

import subprocess
import sys

from viborder.document import Document, Span
from viborder.tag.terminal import _chips, marked


def test_nested_spans_are_nested_brackets():
    document = Document(
        "a", "Công an Lạng Sơn, Lào.", (Span(0, 16, "AGENCY"), Span(8, 16, "PLACE"), Span(18, 21, "PLACE"))
    )
    assert marked(document).plain == "[Công an [Lạng Sơn PLACE] AGENCY], [Lào PLACE]."
    assert marked(document.with_spans([Span(18, 22, "X")])).plain == "Công an Lạng Sơn, [Lào. X]"
    assert marked(Document("a", "Lào [bold]")).plain == "Lào [bold]"


def test_labels_can_be_read_on_their_colours():
    # WCAG contrast: white on #0072B2 is 5.2 : 1; black on #E69F00 is 9.4 : 1, white 2.2 : 1.
    assert _chips()["AGENCY"].startswith("bold #ffffff")
    assert _chips()["QUANTITY"].startswith("bold #000000")


def test_a_pipe_gets_json_lines_and_a_page_is_a_page(tmp_path):
    (tmp_path / "a.txt").write_text("Công an tỉnh Cao Bằng", encoding="utf-8")
    command = [sys.executable, "-m", "viborder", "tag", str(tmp_path / "a.txt")]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.startswith('{"id": "a"')
    subprocess.run([*command, "-o", str(tmp_path / "a.html")], capture_output=True, check=True)
    assert '<mark data-label="PLACE">tỉnh Cao Bằng</mark>' in (tmp_path / "a.html").read_text(encoding="utf-8")
