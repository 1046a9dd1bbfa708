"""The wheel, built and installed into an environment of its own that sees this one's other packages, in an empty
folder.
"""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.conftest import ROOT

TEXT = "Công an tỉnh Cao Bằng bắt giữ 476.509 viên ma túy tổng hợp.\n"
SOURCES = ("viborder", "train", "annotations", "pyproject.toml", "README.md", "LICENSE")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """A wheel of the working tree, built in a copy of it, so that nothing of an earlier build gets in."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder / name)
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*pip, *_isolation(), "--wheel-dir", str(folder / "dist"), str(folder)], check=True)
    (found,) = (folder / "dist").glob("*.whl")
    return found


def _isolation():
    """Nothing is downloaded where this environment's setuptools is new enough."""
    try:
        import setuptools
    except ImportError:
        return []
    return ["--no-build-isolation"] if int(setuptools.__version__.split(".")[0]) >= 77 else []


@pytest.fixture(scope="module")
def place(wheel, tmp_path_factory):
    """An empty folder with an article and columns of other labels, beside an environment with the wheel."""
    folder = tmp_path_factory.mktemp("empty")
    environment = tmp_path_factory.mktemp("venv")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    (site,) = environment.glob("lib/python*/site-packages")
    (site / "others.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    python = environment / "bin/python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--disable-pip-version-check"]
    own = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}  # where pip would find viborder
    subprocess.run([*pip, "--no-deps", str(wheel)], check=True, cwd=folder, env=own)
    (folder / "article.txt").write_text(TEXT, encoding="utf-8")
    rows = [f"{'Ông Bà Anh Chị'.split()[number % 4]}\tO\nAn{number}\tB-PER\nđi\tO\n\n" for number in range(20)]
    (folder / "my.conll").write_text("".join(rows), encoding="utf-8")
    return folder, environment


def run(place, *command):
    folder, environment = place
    done = subprocess.run(
        [str(environment / "bin" / command[0]), *command[1:]],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_is_the_wheel_that_runs(place):
    folder = run(place, "python", "-c", "import viborder; print(viborder.__file__)").strip()
    assert Path(folder).is_relative_to(place[1])
    assert run(place, "viborder", "--version").startswith("viborder 0.")


def test_an_article_is_tagged_without_naming_a_model(place):
    (line,) = run(place, "viborder", "tag", "article.txt").splitlines()
    assert [span["text"] for span in json.loads(line)["spans"]] == [
        "Công an tỉnh Cao Bằng",
        "tỉnh Cao Bằng",
        "476.509 viên",
        "ma túy tổng hợp",
    ]


def test_a_recipe_is_named_and_its_model_is_used(place):
    assert "PER" in run(place, "viborder", "train", "crf", "--train", "my.conll", "--out", "m", "iterations=5")
    run(place, "viborder", "tag", "m", "my.conll", "-o", "found.conll")
    assert "F1" in run(place, "viborder", "score", "my.conll", "found.conll")


def test_recipes_come_with_the_sentences_that_they_name(place):
    code = (
        "import yaml; from viborder.train.recipe import recipe_path\n"
        f"for name in {sorted(path.stem for path in (ROOT / 'train').glob('*.yaml'))}:\n"
        "    path = recipe_path(name)\n"
        "    for text in yaml.safe_load(path.read_text(encoding='utf-8')).get('genre', []):\n"
        "        assert (path.parent / text).exists(), text\n"
        "print(path.parent)"
    )
    assert Path(run(place, "python", "-c", code).strip()).is_relative_to(place[1])


def test_the_guidelines_are_shown_by_an_installed_package(place):
    code = (
        "from urllib.request import ProxyHandler, build_opener; from viborder.labelstudio import guidelines\n"
        "path = guidelines.find(None)\n"
        "print(path)\n"
        "print(build_opener(ProxyHandler({})).open(guidelines.serve_beside(guidelines.page(path), 0)).read().decode())"
    )
    path, _, shown = run(place, "python", "-c", code).partition("\n")
    assert Path(path).is_relative_to(place[1])
    assert 'id="AGENCY"' in shown and 'id="Q1"' in shown


def test_the_front_door_is_open(place):
    code = f"import viborder; print([s.label for s in viborder.load().tag({TEXT!r}).spans])"
    assert run(place, "python", "-c", code).strip() == "['AGENCY', 'PLACE', 'QUANTITY', 'DRUG']"


def test_spacy_is_told_of_the_component(place):
    code = "from importlib.metadata import entry_points; print(*{e.value for e in entry_points(group='spacy_factories', name='viborder')})"
    assert run(place, "python", "-c", code).strip() == "viborder.tag.in_spacy:make"
