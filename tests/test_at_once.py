"""Two runs that write the same folder at once: the later one stays whole, or is refused in one sentence."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from viborder.errors import ViborderError
from viborder.files import new_folder, sole
from viborder.tag.bulk import tag_shards


def test_the_later_of_two_folders_stays_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another run takes the name between the two renames of this one."""
    out, works = tmp_path / "out", Path.replace
    for name in ("before", "theirs"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    (tmp_path / "before").rename(out)

    def replace(self: Path, target: Path) -> Path:
        moved = works(self, target)
        if self == out and (tmp_path / "theirs").exists():
            works(tmp_path / "theirs", out)
        return moved

    monkeypatch.setattr(Path, "replace", replace)
    with new_folder(out) as folder:
        (folder / "ours").touch()
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")] == ["out", "out/ours"]


def test_many_who_write_one_folder_leave_one_whole(tmp_path: Path) -> None:
    """As `build` and `train` write theirs."""
    wrong: list[BaseException] = []

    def write(number: int) -> None:
        try:
            for _ in range(25):
                with new_folder(tmp_path / "out") as folder:
                    for name in "ab":
                        (folder / name).write_text(str(number), encoding="utf-8")
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=write, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    first, second = (path.read_text(encoding="utf-8") for path in (tmp_path / "out").iterdir())
    assert first == second


def test_bulk_tagging_into_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    shard, out = tmp_path / "a.jsonl", tmp_path / "out"
    shard.write_text('{"id": "a", "text": "Công an tỉnh Cao Bằng."}\n', encoding="utf-8")
    model = Path("viborder/shipped/model")
    with sole(out), pytest.raises(ViborderError, match="folder-in-use"):
        tag_shards(model, [shard], out)
    assert list(out.iterdir()) == []
    assert tag_shards(model, [shard], out) == (1, 0)
    assert json.loads((out / "a.jsonl").read_text(encoding="utf-8"))["spans"]


def test_bulk_tagging_does_not_go_on_with_other_texts_of_the_same_size(tmp_path: Path) -> None:
    shard, out, model = tmp_path / "a.jsonl", tmp_path / "out", Path("viborder/shipped/model")
    for place in ("Lào", "Hàn"):
        shard.write_text(json.dumps({"id": "a", "text": f"Ở {place}."}, ensure_ascii=False) + "\n", encoding="utf-8")
        if place == "Lào":
            assert tag_shards(model, [shard], out) == (1, 0)
    with pytest.raises(ViborderError, match="out-of-another-run"):
        tag_shards(model, [shard], out)
    (out / "tagging.json").write_text("{", encoding="utf-8")
    with pytest.raises(ViborderError, match="out-of-another-run"):
        tag_shards(model, [shard], out)
