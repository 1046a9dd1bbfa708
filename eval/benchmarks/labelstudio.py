"""How fast the annotators' backend answers and learns: python eval/benchmarks/labelstudio.py [--server] [--keep]

`viborder labelstudio serve` runs in a process of its own, as annotators have it, trained on four of the five articles.
Measured over HTTP: /predict for an article, one after another; 200 at the same time; and from a submitted annotation to
the new version in service, a few seconds after the last one, as people submit them. Beside it, what one would do
without a backend: `viborder tag`, a process for each article.
--server measures `push` and `pull` of 2,000 tasks instead, against a real Label Studio server that it starts on an
empty database: each task is a sentence of the five articles under a number of its own, with its gold spans as
suggestions.
--keep puts the figures into eval/results.jsonl.
"""

import base64
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from urllib.request import ProxyHandler, Request, build_opener

from viborder.document import Document, by_id
from viborder.formats import jsonl
from viborder.labelstudio.parts import cut, parts, piece
from viborder.labelstudio.regions import regions

PASSWORD = "for-this-benchmark"
OPENER = build_opener(ProxyHandler({}))
RECIPE, GOLD = "train/crf.yaml", Path("annotations/gold.jsonl")
TASKS = 2000  # that --server pushes
PAUSE = 4  # seconds between a new version and the next annotation
SUBMITTED = 20  # of these, before the last pull


def call(url: str, body: object = None) -> dict:
    """The JSON answer of the backend."""
    request = Request(url, None if body is None else json.dumps(body).encode())
    request.add_header("Authorization", "Basic " + base64.b64encode(f"viborder:{PASSWORD}".encode()).decode())
    with OPENER.open(request, timeout=60) as answer:
        return json.loads(answer.read())


def timed(url: str, body: object) -> float:
    """Milliseconds of a call."""
    start = time.perf_counter()
    call(url, body)
    return (time.perf_counter() - start) * 1000


def start(folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    """A backend that learned four articles, ready."""
    jsonl.write(folder / "four.jsonl", jsonl.read(GOLD)[:4])
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    verb = [sys.executable, "-m", "viborder", "labelstudio", "serve", RECIPE, "--no-connect", "--port", str(port)]
    command = [*verb, "--train", str(folder / "four.jsonl"), "--state", str(folder / "state")]
    process = subprocess.Popen(command, env=os.environ | {"VIBORDER_SERVE_PASSWORD": PASSWORD}, stderr=subprocess.PIPE)
    assert process.stderr is not None
    process.stderr.readline()  # it says when it serves
    return process, f"http://127.0.0.1:{port}"


def learn(url: str, number: int) -> float:
    """Seconds from a submitted annotation of the fifth article to the new version in service."""
    article = jsonl.read(GOLD)[4]
    before = call(f"{url}/health")["model_version"]
    result = regions(article)[: -number or None]
    annotation = {"id": 1, "result": result, "was_cancelled": False, "updated_at": f"2026-01-01T00:00:{number:02}Z"}
    task = {"id": 1, "data": {"doc_id": article.id, "text": article.text}, "meta": {}}
    begin = time.perf_counter()
    call(f"{url}/webhook", {"action": "ANNOTATION_UPDATED", "annotation": annotation, "task": task})
    while call(f"{url}/health")["model_version"] == before:
        time.sleep(0.01)
    return time.perf_counter() - begin


def sentences(number: int) -> list[Document]:
    """As many documents, each a sentence of the five articles that has spans; every text differs by its number."""
    pieces = [
        found
        for article in jsonl.read(GOLD)
        for part in parts(cut(article.text, 1, article.spans))
        if (found := piece(article, part)).spans
    ]
    return [
        replace(one, id=f"task-{index}", text=f"{one.text} {index}")
        for index, one in enumerate(islice(cycle(pieces), number))
    ]


def measure_server() -> list[tuple[str, float, int]]:
    """(what, seconds, tasks) of pushing and pulling, against a server that is started for it and stopped."""
    from viborder.labelstudio import server
    from viborder.labelstudio.client import Client
    from viborder.labelstudio.plan import Plan
    from viborder.labelstudio.pull import pull
    from viborder.labelstudio.push import push

    documents = sentences(TASKS)
    texts, plan, found = by_id(documents), Plan(test_share=0), []

    def clock(what: str, number: int, call: Callable[[], object]) -> None:
        begin = time.perf_counter()
        call()
        found.append((what, time.perf_counter() - begin, number))

    with tempfile.TemporaryDirectory() as name:
        running = server.start(server.install(), Path(name) / "server")
        try:
            owner, out = Client(running.url, running.token), Path(name) / "passes"

            def send() -> int:
                return push(owner, "benchmark", documents, texts, "gold", plan).project

            clock(f"push of {TASKS:,} tasks with suggestions", TASKS, send)
            clock("the same push again, with nothing to send", TASKS, send)
            clock(f"pull of {TASKS:,} tasks, none annotated", TASKS, lambda: pull(owner, "benchmark", out, texts))
            project = send()
            for task in list(owner.tasks(project))[:SUBMITTED]:
                result = regions(texts[task["data"]["doc_id"]])
                owner.tell(owner.sdk.annotations.create, task["id"], result=result, lead_time=60)
            clock(f"pull of {SUBMITTED} new annotations", SUBMITTED, lambda: pull(owner, "benchmark", out, texts))
            brought = jsonl.read(out / "owner.jsonl")
            assert len(brought) == SUBMITTED
            assert all(one.spans == texts[one.id].spans for one in brought)
        finally:
            running.stop()
    return found


def main() -> None:
    """Print each measurement."""
    if "--server" in sys.argv:
        found = measure_server()
        for what, seconds, _ in found:
            print(f"{what}: {seconds:.1f} s")
        if "--keep" in sys.argv:
            keep("annotators' server", None, " --server", *found)
        return
    articles = jsonl.read(GOLD)
    bodies = [{"tasks": [{"id": 1, "data": {"text": article.text}}]} for article in articles]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        process, url = start(folder)
        try:
            for body in bodies:
                call(f"{url}/predict", body)
            one = sorted(timed(f"{url}/predict", bodies[number % 5]) for number in range(200))
            begin = time.perf_counter()
            with ThreadPoolExecutor(200) as pool:
                answers = list(pool.map(lambda number: call(f"{url}/predict", bodies[number % 5]), range(200)))
            together = time.perf_counter() - begin
            learned = []
            for number in range(10):
                time.sleep(PAUSE)
                learned.append(learn(url, number))
            time.sleep(1)  # the old model is being cleared away
            current = json.loads((folder / "state" / "current.json").read_text(encoding="utf-8"))
            model = folder / "state" / "models" / current["model"]
            alone = []
            for article in articles:
                (folder / "article.txt").write_text(article.text, encoding="utf-8")
                begin = time.perf_counter()
                tag = [
                    sys.executable,
                    "-m",
                    "viborder",
                    "tag",
                    str(model),
                    str(folder / "article.txt"),
                    "-o",
                    str(folder / "out.jsonl"),
                ]
                subprocess.run(tag, check=True, capture_output=True)
                alone.append((time.perf_counter() - begin) * 1000)
        finally:
            process.terminate()
            process.wait()
    right = sum(bool(answer["results"][0]["result"]) for answer in answers)
    print(
        f"/predict, an article, 200 times: median {statistics.median(one):.1f} ms, p95 {one[189]:.1f} ms, longest {one[-1]:.1f} ms"
    )
    print(f"/predict, 200 at once: {right} answered in {together:.2f} s")
    print(
        f"annotation to new version, 10 times: median {statistics.median(learned):.2f} s, longest {max(learned):.2f} s"
    )
    ratio = statistics.median(alone) / statistics.median(one)
    print(f"`viborder tag`, a process an article: median {statistics.median(alone):.0f} ms, {ratio:.0f} times /predict")
    if "--keep" in sys.argv:
        keep(
            "annotators' backend",
            RECIPE,
            "",
            ("/predict, an article, p95 of 200", one[189] / 1000, 200),
            ("/predict, 200 at once, until all are answered", together, 200),
            ("from an annotation to the new version, median of 10", statistics.median(learned), 10),
        )


def keep(system: str, recipe: str | None, option: str, *figures: tuple[str, float, int]) -> None:
    """Put (what, seconds, how many) into eval/results.jsonl."""
    from viborder.eval.show import results

    said = {
        "system": system,
        "metric": "seconds",
        "interval": None,
        "unit": "call",
        "recipe": recipe,
        "tuned_on": "nothing",
        "data": "gold",
        "command": f"python eval/benchmarks/labelstudio.py{option}",
    }
    results.add([{**said, "task": task, "value": round(value, 4), "n": n} for task, value, n in figures])


if __name__ == "__main__":
    main()
