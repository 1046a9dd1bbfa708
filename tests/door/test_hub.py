"""`viborder.load("OWNER/NAME")`, against a local server that speaks the Hub's protocol."""

import json
import os
import subprocess
import sys

import pytest

from tests.publish.hub_server import TOKEN, Hub, Repo
from viborder.shipped import FOLDER

CODE = """
import json, sys, viborder
try:
    tagger = viborder.load(sys.argv[1], revision=sys.argv[2] or None)
except viborder.ViborderError as error:
    print(json.dumps([problem.rule for problem in error.problems]))
else:
    print(json.dumps([tagger.version, len(tagger.tag("Lạng Sơn").spans)]))
"""


@pytest.fixture
def hub():
    hub = Hub()
    files = {path.name: path.read_bytes() for path in FOLDER.iterdir()}
    hub.repos["models", "someone/tagger"] = Repo(False, [files], {"v1": 0})
    server = hub.start()
    yield hub
    server.shutdown()


def load(url, cache, name="someone/tagger", revision="", token=TOKEN):
    settings = {"HF_ENDPOINT": url, "HF_HOME": str(cache), "HF_TOKEN": token, "HF_HUB_DISABLE_XET": "1"}
    done = subprocess.run(
        [sys.executable, "-c", CODE, name, revision], env={**os.environ, **settings}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_model_of_the_hub_is_downloaded_once_and_then_found_without_the_hub(hub, tmp_path):
    version = json.loads((FOLDER / "model.json").read_text(encoding="utf-8"))["version"]
    assert load(hub.url, tmp_path) == [version, 1]
    assert load(hub.url, tmp_path, revision="v1") == [version, 1]
    assert load("http://127.0.0.1:9", tmp_path) == [version, 1]


@pytest.mark.parametrize(
    ("asked", "rule"),
    [
        ({"name": "someone/other"}, "hub-not-found"),
        ({"revision": "v9"}, "hub-not-found"),
        ({"url": "http://127.0.0.1:9"}, "hub-unreachable"),
    ],
)
def test_what_the_hub_lacks_is_told(hub, tmp_path, asked, rule):
    assert load(cache=tmp_path, **{"url": hub.url, **asked}) == [rule]
