"""Labels of one's own: a folder of labels, lexicon and rules makes a tagger, without a line of Python."""

from __future__ import annotations

import json
import os
import shutil
import threading
from pathlib import Path

import pytest
from typer.testing import CliRunner

from viborder.cli import app
from viborder.document import Document
from viborder.errors import ViborderError
from viborder.files import pipes_again
from viborder.formats import brackets, jsonl
from viborder.grammar.own import problems, read_own
from viborder.train import load, train

WEAPONS = Path(__file__).with_name("weapons")
RECIPE = Path("train/crf.yaml")
LABELS = {"W": "WEAPON", "Q": "QUANTITY", "P": "PLACE", "G": "GEAR"}
LINES = """
Chiều qua, Công an thu [Q 2 khẩu] [W súng AK] và [Q 5 quả] [W lựu đạn] tại [P xã Tam Hợp].
Đối tượng dùng [W dao găm] đâm hai người ở [P huyện Kỳ Sơn].
Tổ công tác phát hiện [Q 3 khẩu] [W súng kíp] trong rừng.
Người dân giao nộp [Q 10 khẩu] [W súng kíp] cho xã.
Trẻ em chơi súng nước ở [P tỉnh Nghệ An].
Khám nhà, Công an thu [Q 1 quả] [W mìn], [Q 4 con] [W dao phóng lợn].
Nghe phát súng, dân làng ở [P xã Nậm Cắn] chạy ra.
Chúng giấu [W súng K54] dưới ghế.
"""
NEW = "Tại [P xã Mường Típ], tổ công tác thu [Q 6 khẩu] [W súng hoa cải]; có [W lựu đạn], không có súng nước."


def _documents(lines: str = LINES) -> list[Document]:
    listed = enumerate(lines.strip().splitlines())
    return [brackets.parse(line, f"text-{number}", labels=LABELS) for number, line in listed]


def test_folder_is_right() -> None:
    assert problems(WEAPONS) == []
    assert read_own(WEAPONS).labels == ("WEAPON", "QUANTITY")


def test_trains_tags_and_scores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    jsonl.write(tmp_path / "train.jsonl", _documents())
    jsonl.write(tmp_path / "new.jsonl", _documents(NEW))
    model, tagged = tmp_path / "model", tmp_path / "tagged.jsonl"

    def run(*arguments: object) -> str:
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
        assert result.exit_code == 0, result.output
        return result.output

    said = run("train", RECIPE, f"grammar={WEAPONS}", "--train", tmp_path / "train.jsonl", "--out", model)
    assert "sentences of the genre are left out" in said
    run("tag", tmp_path / "new.jsonl", "--model", model, "-o", tagged)
    assert {(s.start, s.end, s.label) for s in jsonl.read(tagged)[0].spans} == {
        (s.start, s.end, s.label) for s in _documents(NEW)[0].spans
    }
    run("score", tmp_path / "new.jsonl", tagged, "--json", tmp_path / "score.json")
    assert "WEAPON" in (tmp_path / "score.json").read_text()


def test_model_folder_holds_its_grammar(tmp_path: Path) -> None:
    train(RECIPE, _documents(), tmp_path / "model", overrides=[f"grammar={WEAPONS}", "iterations=5"])
    kept = tmp_path / "model/grammar/rules/weapon.txt"
    assert kept.read_bytes() == (WEAPONS / "rules/weapon.txt").read_bytes()
    assert json.loads((tmp_path / "model/model.json").read_text())["grammar_labels"] == ["PLACE", "QUANTITY", "WEAPON"]
    kept.write_text("# other\n")
    with pytest.raises(ViborderError, match="model-damaged"):
        load(tmp_path / "model")


def test_shared_labels_still_help_and_what_does_not_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "Đoàn đến [G bộ đàm] ở [P tỉnh Nghệ An].\nHọ mua [G bộ đàm] tại [P huyện Kỳ Sơn]."
    tagger = train(RECIPE, _documents(text), tmp_path / "model", overrides=["iterations=5", "copies=0", "folds=0"])
    said = capsys.readouterr().err
    assert "the grammar does not know GEAR" in said
    assert "sentences of the genre are left out" in said
    new = Document("new", "Vụ việc xảy ra hôm qua tại thành phố Vinh.")  # a place that was never seen
    assert [(span.label, new.slice(span)) for span in next(iter(tagger.tag([new]))).spans] == [
        ("PLACE", "thành phố Vinh")
    ]


def test_missing_folder_is_one_error(tmp_path: Path) -> None:
    with pytest.raises(ViborderError, match="grammar-missing"):
        train(RECIPE, _documents(), tmp_path / "model", overrides=["grammar=nowhere"])
    assert not (tmp_path / "model").exists()


def test_check_tells_everything_of_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "weapons"
    (folder / "rules").mkdir(parents=True)
    (folder / "lexicon").mkdir()
    (folder / "labels.yaml").write_text("labels:\n  - name: WEAPON\n")
    (folder / "lexicon/weapons.tsv").write_text("# class gun: a firearm\nsúng\tgun\nsúng\tgun\n")
    (folder / "rules/weapon.txt").write_text("rule: weapon\npattern: [X <rifle>]\n")
    result = CliRunner().invoke(app, ["check", "--grammar", str(folder)])
    assert result.exit_code == 1
    told = ("lexicon-twin", "rule-number-missing", "rule-example-missing", "rule-label-unknown", "rule-name-unknown")
    assert [rule for rule in told if rule not in result.output] == []


BAD = """
rule: unclassed W1
pattern: [WEAPON <cannon>]
mark: Có [WEAPON pháo].

rule: unclosed W1
pattern: [WEAPON <gun>
mark: Có [WEAPON súng].

rule: failing W1
pattern: [WEAPON <knife>] dài
mark: Có [WEAPON pháo] dài.

rule: unneeded W1
pattern: [WEAPON <grenade>]
mark: Có [WEAPON mìn].

rule: weapon W1
pattern: [WEAPON <knife>]
mark: Có [WEAPON dao găm].
"""


def test_what_is_refused_does_not_hide_what_breaks_a_law(tmp_path: Path) -> None:
    import shutil

    folder = shutil.copytree(WEAPONS, tmp_path / "own")
    rules, lexicon = folder / "rules/weapon.txt", folder / "lexicon/weapons.tsv"
    at = len(rules.read_text().splitlines())
    rules.write_text(rules.read_text() + BAD)
    entries = len(lexicon.read_text().splitlines())
    lexicon.write_text(lexicon.read_text() + "xe tăng\ttank\nxe tăng\n")
    found = problems(folder)
    assert {(problem.where.removeprefix(f"{folder}/"), problem.rule) for problem in found} == {
        (f"lexicon/weapons.tsv:{entries + 1}", "lexicon-class-unknown"),
        (f"lexicon/weapons.tsv:{entries + 2}", "lexicon-columns"),
        (f"lexicon/weapons.tsv:{entries + 2}", "lexicon-unsorted"),
        (f"rules/weapon.txt:{at + 3} id=unclassed", "rule-name-unknown"),
        (f"rules/weapon.txt:{at + 7} id=unclosed", "rule-pattern-malformed"),
        (f"rules/weapon.txt:{at + 12} id=failing", "rule-example-fails"),
        (f"rules/weapon.txt:{at + 14} id=unneeded", "rule-not-needed"),
        (f"rules/weapon.txt:{at + 18} id=weapon", "rule-id-twice"),
    }
    assert all(problem.hint for problem in found)


@pytest.mark.parametrize(
    ("name", "content", "rule"),
    [
        ("labels.yaml", "labels: WEAPON\n", "labels-malformed"),
        ("labels.yaml", "labels:\n- name: vũ khí\n", "labels-malformed"),
        ("labels.yaml", "labels:\n- name: WEAPON\n- name: WEAPON\n", "labels-malformed"),
        ("rules/weapon.txt", "# nothing yet\n", "rules-missing"),
    ],
)
def test_folder_that_is_refused(tmp_path: Path, name: str, content: str, rule: str) -> None:
    import shutil

    folder = shutil.copytree(WEAPONS, tmp_path / "own")
    for path in folder.glob("rules/*.txt"):
        path.unlink() if rule == "rules-missing" else None
    (folder / name).write_text(content, encoding="utf-8")
    assert rule in {problem.rule for problem in problems(folder)}


def test_a_lexicon_may_come_out_of_a_pipe(tmp_path: Path) -> None:
    folder = shutil.copytree(WEAPONS, tmp_path / "weapons")
    lexicon = folder / "lexicon" / "weapons.tsv"
    data = lexicon.read_bytes()
    lexicon.unlink()
    os.mkfifo(lexicon)
    threading.Thread(target=lexicon.write_bytes, args=(data,), daemon=True).start()
    with pipes_again():  # as every verb does: the folder is read more than once
        assert problems(folder) == []
