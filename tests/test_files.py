"""Files appear whole or not at all, whatever is in their place, and whatever happens meanwhile."""

import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from hashlib import sha256
from pathlib import Path

import pytest

from viborder import files
from viborder.errors import ViborderError
from viborder.files import new_file, new_folder
from viborder.formats import read


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_link_stays_and_its_target_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("old", encoding="utf-8")
    (tmp_path / "link.txt").symlink_to("real.txt")
    with new_file(tmp_path / "link.txt") as file:
        file.write("new")
    assert (tmp_path / "link.txt").is_symlink() and (tmp_path / "real.txt").read_text(encoding="utf-8") == "new"
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    with new_folder(tmp_path / "link") as folder:
        (folder / "a").write_text("a", encoding="utf-8")
    assert (tmp_path / "link").is_symlink() and names(tmp_path / "real") == ["a"]
    assert names(tmp_path) == ["link", "link.txt", "real", "real.txt"]


def test_a_link_that_leads_nowhere_and_one_in_a_circle(tmp_path: Path) -> None:
    (tmp_path / "nowhere").symlink_to("later.txt")
    with new_file(tmp_path / "nowhere") as file:
        file.write("x")
    assert (tmp_path / "later.txt").read_text(encoding="utf-8") == "x"
    (tmp_path / "circle").symlink_to("circle")
    with pytest.raises(ViborderError, match="cannot-write"), new_file(tmp_path / "circle"):
        pass


def test_a_device_and_a_pipe_are_written_through(tmp_path: Path) -> None:
    with new_file(Path("/dev/null")) as file:
        file.write("x")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)
    os.mkfifo(tmp_path / "pipe")
    got: list[str] = []
    reader = threading.Thread(target=lambda: got.append((tmp_path / "pipe").read_text(encoding="utf-8")))
    reader.start()
    with new_file(tmp_path / "pipe") as file:
        file.write("through")
    reader.join(10)
    assert got == ["through"] and stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


def test_a_pipe_is_read_by_those_who_look_at_a_file_twice(tmp_path: Path) -> None:
    pipe, rows = tmp_path / "a.conll", "Lào\tB-PLACE\nvà\tO\n\nMỹ\tB-PLACE\n"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=[rows], kwargs={"encoding": "utf-8"})
    writer.start()
    with files.pipes_again():  # as every verb does
        found, digest = read(pipe), files.sha256_of(pipe)
    writer.join(10)
    assert digest == sha256(rows.encode()).hexdigest()
    assert [(d.text, len(d.spans)) for d in found] == [("Lào và", 1), ("Mỹ", 1)]


def test_a_folder_is_no_file_and_a_file_no_folder(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(ViborderError, match=r"cannot-write.*folder"), new_file(tmp_path / "folder"):
        pass
    with pytest.raises(ViborderError, match=r"cannot-write.*file"), new_folder(tmp_path / "file"):
        pass
    assert (tmp_path / "file").read_text(encoding="utf-8") == "x" and names(tmp_path) == ["file", "folder"]


def test_modes_are_those_of_any_new_file_and_stay(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        with new_file(tmp_path / "new") as file:
            file.write("x")
        (tmp_path / "old").touch(0o600)
        with new_file(tmp_path / "old") as file:
            file.write("x")
        with new_folder(tmp_path / "folder") as folder:
            (folder / "weights").touch(0o600)
    finally:
        os.umask(before)
    found = {path.name: oct(path.stat().st_mode & 0o777) for path in tmp_path.rglob("*")}
    assert found == {"new": "0o644", "old": "0o600", "folder": "0o755", "weights": "0o644"}


def test_what_a_killed_run_left_is_swept_and_what_a_running_one_holds_is_not(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path; from viborder.files import new_folder\n"
        "with new_folder(Path(sys.argv[1])) as folder:\n"
        "    (folder / 'names').write_text('Đoàn'); print('ready', flush=True); sys.stdin.read()"
    )
    runs = []
    for name in ("killed", "running"):
        command = [sys.executable, "-c", code, str(tmp_path / name)]
        run = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert run.stdout and run.stdout.readline() == b"ready\n"
        runs.append(run)
    runs[0].kill()
    runs[0].wait()
    assert len(names(tmp_path)) == 2
    files._swept.clear()
    with new_file(tmp_path / "other") as file:
        file.write("x")
    assert [name.split(".")[1] for name in names(tmp_path) if name != "other"] == ["running"]
    runs[1].communicate()
    assert names(tmp_path) == ["other", "running"]


def test_a_folder_moved_aside_by_a_killed_run_comes_back(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()  # a number that no process bears
    aside = tmp_path / f".data.{process.pid}-01234567.viborder-old"
    aside.mkdir()
    (aside / "kept").touch()
    files._swept.clear()
    files.sweep(tmp_path)
    assert names(tmp_path) == ["data"] and names(tmp_path / "data") == ["kept"]


def test_terminated_nothing_of_an_unmasked_build_stays(tmp_path: Path) -> None:
    """SIGTERM while the build writes: the watcher sees its hidden folder, ends it, and looks again."""
    command = [sys.executable, "-m", "viborder", "build", "--private", "keep", "--out", str(tmp_path / "out")]
    run = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    while run.poll() is None and not list(tmp_path.iterdir()):
        time.sleep(0.005)
    run.send_signal(signal.SIGTERM)
    status = run.wait(60)
    assert (status, names(tmp_path)) in ((128 + signal.SIGTERM, []), (0, ["out"]))


@pytest.mark.parametrize("new", [new_file, new_folder])
def test_terminated_as_soon_as_something_is_there_nothing_stays(
    new: Callable[[Path], AbstractContextManager[object]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ended(_: int) -> None:
        assert len(list(tmp_path.iterdir())) == 1
        sys.exit(128 + signal.SIGTERM)

    monkeypatch.setattr(files, "_hold", ended)
    with pytest.raises(SystemExit), new(tmp_path / "out"):
        pass
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "viborder", "convert", "annotations/gold.jsonl", "/dev/full", "--to", "jsonl"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 1 and "disk-full" in run.stderr and run.stderr.count("\n") == 1, run.stderr


def test_memory_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "big.txt").write_text("Công an xã. " * 800_000, encoding="utf-8")
    room = 400 << 20  # bytes of address space: enough to start, not to tag 12 MB
    code = (
        f"import resource, viborder.cli; resource.setrlimit(resource.RLIMIT_AS, ({room}, {room})); viborder.cli.main()"
    )
    command = [sys.executable, "-c", code, "tag", str(tmp_path / "big.txt"), "-o", str(tmp_path / "out.jsonl")]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 1 and "error out-of-memory" in run.stderr and "Traceback" not in run.stderr, run.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["big.txt"]


def test_two_runs_that_collect_at_once_lose_nothing(tmp_path: Path) -> None:
    runs = []
    for number in range(4):
        text = " ".join(f"Tin {number} {word}" for word in range(40))
        (tmp_path / f"{number}.txt").write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "viborder", "collect", str(tmp_path / f"{number}.txt")]
        runs.append(
            subprocess.Popen(
                [*command, "--out", str(tmp_path / "c.jsonl")], stderr=subprocess.PIPE, stdout=subprocess.PIPE
            )
        )
    for run in runs:
        assert run.wait(60) == 0, run.communicate()
    lines = (tmp_path / "c.jsonl").read_text(encoding="utf-8").splitlines()
    assert sorted(json.loads(line)["id"] for line in lines) == ["0", "1", "2", "3"]


def test_yaml_says_each_key_once() -> None:
    assert files.parse_yaml("a: &x {b: 1}\nc: {<<: *x, d: [*x, *x]}") == {
        "a": {"b": 1},
        "c": {"b": 1, "d": [{"b": 1}] * 2},
    }
    assert files.parse_yaml("") is None
    for text in ("a: 1\na: 2", "c: {d: [{a: 1, a: 1}]}", "1: x\n1: y"):
        with pytest.raises(ValueError, match="stands twice"):
            files.parse_yaml(text)
    with pytest.raises(ValueError, match="at line 2, column 1"):
        files.parse_yaml("a\n: b: c")


def test_json_says_each_key_once() -> None:
    """RFC 8259 says that names within an object should be unique, and that readers differ where they are not."""
    assert files.parse_json('{"a": {"a": 1}, "b": [{"a": 1}, {"a": 1}]}') == {"a": {"a": 1}, "b": [{"a": 1}] * 2}
    for text in ('{"a": 1, "a": 1}', b'{"c": [{"a": 1, "b": 2, "a": 3}]}'):
        with pytest.raises(ValueError, match="the key `a` stands twice"):
            files.parse_json(text)
