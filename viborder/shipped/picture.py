"""The README's picture: what `viborder tag` shows of a sentence. `make model` writes it."""

from __future__ import annotations

import io
import re
from pathlib import Path

TEXT = (
    "Công an tỉnh Cao Bằng phối hợp Cục Đối ngoại Bộ Công an bắt giữ 476.509 viên ma túy tổng hợp "
    "tại cửa khẩu Tà Lùng; Đại tá Nguyễn Văn An, Phó Giám đốc Công an tỉnh, chỉ đạo chuyên án."
)
PATH = Path("docs/example.svg")


def picture() -> str:
    """An SVG of a terminal in which the model that comes with the package has tagged `TEXT`."""
    from rich.console import Console

    from viborder.api import load
    from viborder.tag.terminal import marked

    console = Console(record=True, width=92, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(marked(load().tag(TEXT)))
    drawn = console.export_svg(title="viborder tag article.txt", unique_id="viborder")
    return re.sub(r"\s*@font-face \{.*?\}", "", drawn, flags=re.DOTALL)  # fonts of another site, which pages refuse


def main() -> None:
    """Write the picture of a checkout."""
    from viborder.files import new_file

    with new_file(PATH) as file:
        file.write(picture())
    print(PATH)


if __name__ == "__main__":
    main()
