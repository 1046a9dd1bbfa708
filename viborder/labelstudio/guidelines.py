"""The guidelines as a page one click away from every task: made from Markdown, with an anchor for every heading and rule,
and a box that shows only what holds some words.
"""

from __future__ import annotations

import html
import os
import re
import socket
import threading
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from viborder.errors import fail
from viborder.files import read_text
from viborder.labelstudio.client import Client
from viborder.labelstudio.interface import instruction, open_project, with_guidelines

if TYPE_CHECKING:
    from starlette.applications import Starlette

PAGE = "/guidelines"
NAME = "GUIDELINES.md"
ADDRESS = "VIBORDER_GUIDELINES_URL"  # where the page is for annotators, if not where we serve it
_RULE = re.compile(r"<tr>\n<td>([A-Z]+\d+)</td>")  # a row of a table that begins with the number of a rule


def find(named: Path | None) -> Path | None:
    """The guidelines to show: the file that was named, those of the folder in which people work, or those of the package
    (in a checkout, `annotations/`); None where there are none.
    """
    installed, checkout = Path(__file__).with_name(NAME), Path(__file__).parents[2] / "annotations" / NAME
    known = (Path("annotations") / NAME, installed, checkout)
    return named or next((path for path in known if path.is_file()), None)


def page(path: Path) -> str:
    """The guidelines as one HTML page. The first heading that begins with the name of a label has that name as its
    anchor, the second `NAME-2`; a rule has its number.

    Raises ViborderError `file-missing`, `extra-missing`.
    """
    try:
        from markdown_it import MarkdownIt
    except ModuleNotFoundError:
        hint = "pip install 'viborder[labelstudio]'"
        raise fail("", "extra-missing", "markdown-it-py is not installed", hint) from None
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(read_text(path))
    seen: dict[str, int] = {}
    contents = []
    for heading, inline in pairwise(tokens):
        if heading.type == "heading_open" and heading.tag in ("h1", "h2"):
            anchor = _anchor(inline.content.partition(":")[0], seen)
            heading.attrSet("id", anchor)
            title = html.escape(inline.content.partition(":")[0])
            contents.append(f'<a class="{heading.tag}" href="#{html.escape(anchor)}">{title}</a>')
    body = parser.renderer.render(tokens, parser.options, {})
    body = _RULE.sub(lambda row: f'<tr id="{_anchor(row[1], seen)}">\n<td>{row[1]}</td>', body)
    template = files("viborder.labelstudio").joinpath("guidelines.html").read_text(encoding="utf-8")
    return template.replace("{contents}", "\n".join(contents)).replace("{body}", body)


def _anchor(title: str, seen: dict[str, int]) -> str:
    name = re.sub(r"\W+", "-", title).strip("-") or "part"
    seen[name] = seen.get(name, 0) + 1
    return name if seen[name] == 1 else f"{name}-{seen[name]}"


def app(content: str) -> Starlette:
    """A web application that shows the page, and nothing else."""
    from starlette.applications import Starlette
    from starlette.responses import HTMLResponse
    from starlette.routing import Route

    async def show(_: object) -> HTMLResponse:
        return HTMLResponse(content)

    return Starlette(routes=[Route(PAGE, show)])


def serve_beside(content: str, port: int, host: str = "127.0.0.1") -> str:
    """Serve the page from a thread of this process, as long as it runs; returns its address. Where the port is taken
    it is another.
    """
    import uvicorn

    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError:
        listening.bind((host, 0))
    listening.listen()  # whoever asks before the thread runs waits
    server = uvicorn.Server(uvicorn.Config(app(content), log_level="critical", access_log=False))
    threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True).start()
    return f"http://{host}:{listening.getsockname()[1]}{PAGE}"


def link(owner: Client, title: str, served: str, extra: str = "") -> str:
    """Link the page to the instructions and the labels of a project; returns the address that was linked.

    served: where we serve it; the address in VIBORDER_GUIDELINES_URL goes before it. extra: as of `open_project`.
    """
    address = os.environ.get(ADDRESS) or served
    project = open_project(owner, title, extra)
    config = with_guidelines(project["label_config"], address)
    told = instruction(address)
    if (config, told) != (project["label_config"], project["expert_instruction"]):
        owner.ask(owner.sdk.projects.update, int(project["id"]), label_config=config, expert_instruction=told)
    return address
