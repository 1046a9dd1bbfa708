"""A real Label Studio server for the tests, ready in seconds after its first start; and a real browser."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from viborder.document import Document, Span
from viborder.labelstudio import server, signup
from viborder.labelstudio.client import TRIES, Client
from viborder.text import trim


def missing(what, hint):
    """Skip where a part is not installed; on the machines that decide (CI set) that is a failure."""
    said = f"{what} is not installed: {hint}"
    if os.environ.get("CI"):
        pytest.fail(said)
    pytest.skip(said)


@pytest.fixture(scope="session")
def program():
    found = server.executable()
    if found is None:
        missing(
            "Label Studio",
            "`viborder labelstudio up --prepare` makes its environment, or VIBORDER_LABELSTUDIO names its executable",
        )
    return found


@dataclass
class People:
    """The owner of the server, and two annotators."""

    server: server.Server
    owner: Client
    lan: Client
    minh: Client


def raw(client, method, path, **body):
    """The JSON of a call that the SDK lacks, or whose answer it drops."""
    return client.sdk._client_wrapper.httpx_client.request(f"api/{path}", method=method, **body).json()


PASSWORD = "mot-hai-ba-bon"


def people(running, tries=TRIES):
    owner = Client(running.url, running.token, tries=tries)
    others = [
        Client(running.url, signup.add_annotator(owner, f"{name}@viborder.local", PASSWORD)) for name in ("lan", "minh")
    ]
    return People(running, owner, *others)


@pytest.fixture(scope="session")
def studio(program, tmp_path_factory):
    running = server.start(program, tmp_path_factory.mktemp("label-studio"))
    try:
        yield people(running)
    finally:
        running.stop()


@pytest.fixture
def browser():
    chromium = (
        os.environ.get("CHROMIUM")
        or shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("playwright", "pip install playwright")
    if not chromium:
        missing("Chromium", "apt-get install chromium, or CHROMIUM names its executable")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    """Locks and states go under the working directory."""
    monkeypatch.chdir(tmp_path)
    for name in ("LABEL_STUDIO_URL", "LABEL_STUDIO_API_KEY", "VIBORDER_SERVE_PASSWORD"):
        monkeypatch.delenv(name, raising=False)


REPOSITORY = Path(__file__).parents[2]
GOLD = REPOSITORY / "annotations" / "gold.jsonl"
RECIPE = REPOSITORY / "train" / "crf.yaml"

HARD = {
    "crlf": "Công an tỉnh\r\nCao Bằng",
    "emoji": "😀 Cao Bằng 👮‍♀️ Lào",
    "nfd": "Cao Ba\u0306\u0300ng, Hà Nô\u0323i",
    "bom": "\ufeffCao Bằng",
    "zero-width": "Cao\u200b Bằng\u200d Lào\u2060",
    "html": "<b>Cao Bằng</b> & <script>alert(1)</script>",
    "entities": "&amp; &lt;Cao Bằng&gt; &#272;",
    "tabs": "\tCao\t\tBằng\t",
    "blank-lines": "\n\n\nCao Bằng\n\n\n\nLào\n\n",
    "no-break": "Cao\u00a0Bằng\u202fLào\u3000.",
    "astral": "𝐂ao Bằng 𠮷 Lào",
    "right-to-left": "Cao Bằng \u202eLào\u202c عربى",
    "quotes": '"Cao Bằng" \' ` \\ $text {{x}} %s',
    "separators": "Cao\u2028Bằng\u2029Lào\x85\x0b",
}


def hard_documents():
    """14 texts that tools spoil, each with every code point that can be seen marked once, and the whole around them."""
    made = []
    for name, text in HARD.items():
        spans = {Span(index, index + 1, "PLACE") for index, char in enumerate(text) if trim(char, 0, 1) == (0, 1)}
        first, last = min(span.start for span in spans), max(span.end for span in spans)
        made.append(Document(f"hard-{name}", text).with_spans(spans | {Span(first, last, "AGENCY")}))
    return made
