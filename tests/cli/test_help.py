"""The help is there at once, lists every verb under its reader, and a verb's options do not wait for those of others."""

from __future__ import annotations

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from viborder.cli import _for, app

VERBS = {
    "Annotators": {"collect", "check", "agree", "adjudicate", "labelstudio"},
    "Engineers": {"tag", "train", "crossval", "curve", "score", "explain", "compare", "facts", "convert"},
    "Publishers": {"build", "diff", "publish", "restore"},
}


def test_every_verb_stands_under_its_reader_with_a_whole_sentence() -> None:
    said = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200"}).output
    sections = {part.split(":\n")[0]: part.split(":\n")[1] for part in said.split("\n\n") if ":\n" in part}
    for reader, verbs in VERBS.items():
        lines = [line.split() for line in sections[reader].splitlines() if line.strip()]
        assert {line[0] for line in lines if line[0] in verbs} == verbs
        assert "..." not in sections[reader]


def test_the_help_of_a_group_lists_its_verbs() -> None:
    said = CliRunner().invoke(app, ["labelstudio", "--help"]).output
    assert "Commands:" in said and all(verb in said for verb in ("up", "push", "pull", "status", "serve"))


@pytest.mark.parametrize("name", ["tag", "labelstudio"])
def test_a_verb_that_is_named_is_made_alone(name: str) -> None:
    alone = _for([name])
    made = [verb.callback.__name__ for verb in alone.registered_commands if verb.callback]
    assert [*made, *(group.name for group in alone.registered_groups)] == [name]
    assert len(app.registered_commands) > 10, "the whole app is as it was"
    assert CliRunner().invoke(alone, [name, "--help"]).output == CliRunner().invoke(app, [name, "--help"]).output


@pytest.mark.parametrize("names", [[], ["--help"], ["--version"], ["tga"], ["--tga"], ["--", "diff"]])
def test_what_names_no_verb_gets_them_all_as_the_whole_app_has_them(names: list[str]) -> None:
    alone = _for(names)
    assert len(alone.registered_commands) == len(app.registered_commands) > 10
    said, whole = (CliRunner().invoke(each, names, prog_name="viborder") for each in (alone, app))
    assert (said.exit_code, said.output) == (whole.exit_code, whole.output)
    assert "Did you mean 'tag'" in CliRunner().invoke(_for(["tga"]), ["tga"]).output


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys\nfrom viborder.cli import main\nsys.argv = ['viborder', '--help']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(sorted({'rich', 'numpy', 'pydantic', 'yaml', 'viborder.grammar'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
