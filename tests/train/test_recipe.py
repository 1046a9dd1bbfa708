"""A recipe's file: what is read, and what is told where it is none."""

import os
from pathlib import Path
from threading import Thread

import pytest

from viborder.errors import ViborderError
from viborder.train.recipe import load_recipe, recipe_path


def test_a_recipe_may_be_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "mine")
    writer = Thread(target=(tmp_path / "mine").write_text, args=("kind: crf\nc2: 0.5\n",))
    writer.start()
    assert load_recipe(recipe_path(tmp_path / "mine")) == {"kind": "crf", "c2": 0.5}
    writer.join()


def test_what_is_no_file_is_said_to_be_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "circle").symlink_to("circle")
    for name, said in (("folder", "Is a directory"), ("circle", "Too many levels"), ("nothing", "no such file")):
        with pytest.raises(ViborderError, match=said):
            load_recipe(recipe_path(tmp_path / name))


def test_a_key_that_stands_twice_is_told_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text("kind: crf\nc2: 0.5\nc2: 0.1\n", encoding="utf-8")
    with pytest.raises(ViborderError, match="recipe-malformed: not YAML: the key `c2` stands twice, from line 1 on"):
        load_recipe(tmp_path / "r.yaml")
