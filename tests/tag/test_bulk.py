"""Bulk tagging: a real kill in the middle loses nothing and repeats nothing, on this machine and on Ray."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from viborder.errors import Problem, ViborderError
from viborder.formats import jsonl
from viborder.tag.bulk import tag_shards
from viborder.tag.texts import tagged_line
from viborder.train import load, train

GOLD = jsonl.read(Path("annotations/gold.jsonl"))
CHUNK = 40_000  # bytes: about seven articles


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model") / "crf"
    train(Path("train/crf.yaml"), GOLD[:2], folder, overrides=["iterations=15", "copies=0", "folds=0", "genre=[]"])
    return folder


@pytest.fixture(scope="module")
def shards(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("shards")
    paths = [folder / f"{name}.jsonl" for name in "ab"]
    for path in paths:
        records = [{"id": f"{path.stem}{number}", "text": GOLD[number % 5].text} for number in range(400)]
        path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records))
    return paths


@pytest.fixture(scope="module")
def expected(model: Path, shards: list[Path]) -> list[str]:
    """Every shard tagged document by document, in one go."""
    tagger = load(model)
    return ["".join(tagged_line(found) + "\n" for found in tagger.tag(jsonl.read(shard))) for shard in shards]


def command(model: Path, shards: list[Path], out: Path, jobs: int) -> list[str]:
    names = [str(path) for path in shards]
    call = f"tag_shards(Path({str(model)!r}), [Path(name) for name in {names!r}], Path({str(out)!r}), jobs={jobs}, chunk_size={CHUNK})"
    return [
        sys.executable,
        "-c",
        f"from pathlib import Path\nfrom viborder.tag.bulk import tag_shards\nif __name__ == '__main__': {call}",
    ]


@pytest.mark.parametrize("jobs", [1, 2])
def test_killed_and_gone_on(model: Path, shards: list[Path], expected: list[str], tmp_path: Path, jobs: int) -> None:
    out = tmp_path / "out"
    process = subprocess.Popen(command(model, shards, out, jobs), start_new_session=True)
    while not list(out.glob(".parts/*/[0-9]*")):  # until the first part is there
        assert process.poll() is None, "it was done before it could be killed"
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not all((out / shard.name).exists() for shard in shards)
    subprocess.run(command(model, shards, out, jobs), check=True)
    assert [(out / shard.name).read_text() for shard in shards] == expected
    assert sorted(path.name for path in out.iterdir()) == ["a.jsonl", "b.jsonl", "tagging.json"]
    assert tag_shards(model, shards, out) == (0, 2)


def test_a_bad_line_is_told_with_its_place_and_the_rest_is_done(
    model: Path, shards: list[Path], expected: list[str], tmp_path: Path
) -> None:
    bad = tmp_path / "bad.jsonl"
    lines = shards[0].read_text().splitlines(keepends=True)
    bad.write_text("".join([*lines[:100], "{\n", *lines[100:]]))
    with pytest.raises(ViborderError) as error:
        tag_shards(model, [bad, shards[1]], tmp_path / "out", chunk_size=CHUNK)
    assert [(problem.where, problem.rule) for problem in error.value.problems] == [(f"{bad}:101", "json-broken")]
    assert (tmp_path / "out" / "b.jsonl").read_text() == expected[1]
    assert not (tmp_path / "out" / "bad.jsonl").exists()


def test_an_id_that_stands_twice_in_a_shard_is_told_with_its_lines(
    model: Path, shards: list[Path], expected: list[str], tmp_path: Path
) -> None:
    lines = shards[0].read_text().splitlines(keepends=True)[:50]
    twice = tmp_path / "twice.jsonl"
    twice.write_text("".join([*lines, "\n", *lines[3:5]]))  # in other chunks than the first time
    same_elsewhere = tmp_path / "a.jsonl"
    same_elsewhere.write_text("".join(lines))
    for _ in range(2):  # tagged, then found tagged already
        with pytest.raises(ViborderError) as error:
            tag_shards(model, [twice, same_elsewhere], tmp_path / "out", chunk_size=CHUNK)
        assert [(problem.where, problem.rule, problem.message) for problem in error.value.problems] == [
            (f"{twice}:52 id=a3", "id-twice", "the id stands already in line 4"),
            (f"{twice}:53 id=a4", "id-twice", "the id stands already in line 5"),
        ]
    assert (tmp_path / "out" / "a.jsonl").read_text() == "".join(expected[0].splitlines(keepends=True)[:50])
    assert not (tmp_path / "out" / "twice.jsonl").exists()


def test_interrupted_in_several_processes(model: Path, shards: list[Path], tmp_path: Path) -> None:
    names = [str(shard) for shard in shards]
    call = [sys.executable, "-m", "viborder", "tag", str(model), *names, "--out", str(tmp_path / "out"), "--jobs", "2"]
    # Where the tests run in the background of a script, children inherit that Ctrl-C is ignored.
    process = subprocess.Popen(
        call,
        start_new_session=True,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    while not list(tmp_path.glob("out/.parts/*/.[0-9]*")):  # until a part is begun
        assert process.poll() is None, "it was done before it could be interrupted"
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    said = process.communicate(timeout=30)[1]
    assert process.returncode == 130
    assert said.endswith("interrupted; nothing is half-written, and the same command again goes on where it can\n")
    assert "Traceback" not in said
    assert [path.name for path in (tmp_path / "out").glob("[!.]*")] == ["tagging.json"]


def test_refusals(model: Path, shards: list[Path], tmp_path: Path) -> None:
    def rule(*arguments: object) -> str:
        with pytest.raises(ViborderError) as error:
            tag_shards(*arguments)  # type: ignore[arg-type]
        return error.value.problems[0].rule

    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    assert rule(model, [tmp_path / "no.jsonl"], tmp_path / "out") == "file-missing"
    assert rule(model, [shards[0], shards[0]], tmp_path / "out") == "shard-names"
    assert rule(model, shards, shards[0].parent) == "shard-in-output"
    assert rule(model, shards, tmp_path / "full") == "out-not-empty"
    assert rule(model, [model / "model.json"], tmp_path / "out") == "shard-not-jsonl"
    assert not (tmp_path / "out").exists()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "tagging.json").write_text('{"model": "another"}')
    assert rule(model, shards, tmp_path / "out") == "out-of-another-run"


def test_ray_with_a_worker_killed(model: Path, shards: list[Path], expected: list[str], tmp_path: Path) -> None:
    ray = pytest.importorskip("ray", reason="Ray is not installed: pip install 'viborder[ray]'")
    import threading

    import psutil

    out = tmp_path / "out"
    killed: list[int] = []

    def kill() -> None:
        while not list(out.glob(".parts/*/[0-9]*")):
            time.sleep(0.02)
        workers = [
            child for child in psutil.Process().children(recursive=True) if "MapWorker" in " ".join(child.cmdline())
        ]
        for worker in workers[:1]:
            worker.kill()
            killed.append(worker.pid)

    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, configure_logging=False)
    try:
        thread = threading.Thread(target=kill, daemon=True)
        thread.start()
        assert tag_shards(model, shards, out, jobs=2, engine="ray", chunk_size=CHUNK) == (2, 0)
        thread.join(5)
    finally:
        ray.shutdown()
    assert killed
    assert [(out / shard.name).read_text() for shard in shards] == expected


def test_where_it_is_not_strict_one_bad_line_costs_itself_alone(
    model: Path, shards: list[Path], expected: list[str], tmp_path: Path
) -> None:
    bad = tmp_path / "bad.jsonl"
    lines = shards[0].read_text().splitlines(keepends=True)
    bad.write_text("".join([*lines[:100], "{\n", *lines[100:200], '{"id": "x", "text": "H\\ud83d"}\n', *lines[200:]]))
    problems: list[Problem] = []
    assert tag_shards(model, [bad], tmp_path / "out", chunk_size=CHUNK, problems=problems) == (1, 0)
    assert (tmp_path / "out/bad.jsonl").read_text() == expected[0]
    assert [(problem.where.split(" ")[0], problem.rule) for problem in problems] == [
        (f"{bad}:101", "json-broken"),
        (f"{bad}:202", "text-not-unicode"),
    ]


def test_one_bad_document_leaves_the_others_of_a_file_tagged(model: Path, tmp_path: Path) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(
        '{"id": "a", "text": "ở Cao Bằng"}\n{"id": "b", "text": "\\ud83d"}\n{"id": "c", "text": "ở Lào"}\n'
    )
    call = [sys.executable, "-m", "viborder", "tag", str(model), str(source), "-o", str(out)]
    done = subprocess.run([*call, "--strict"], capture_output=True, text=True)
    assert done.returncode == 1 and not out.exists() and f"{source}:2" in done.stderr
    done = subprocess.run(call, capture_output=True, text=True)
    assert done.returncode == 1 and "text-not-unicode" in done.stderr and "Traceback" not in done.stderr
    assert [document.id for document in jsonl.read(out)] == ["a", "c"]
    source.write_text("{\n")
    out.unlink()
    done = subprocess.run(call, capture_output=True, text=True)
    assert done.returncode == 1 and not out.exists()  # where none is sound nothing is written
