"""How fast the annotators' backend answers and learns: python eval/benchmarks/labelstudio.py [--keep]

`viborder labelstudio serve` runs in a process of its own, as annotators have it, trained on four of the five articles.
Measured over HTTP: /predict for an article, one after another; 200 at the same time; and from a submitted annotation to
the new version in service. Beside it, what one would do without a backend: `viborder tag`, a process for each article.
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
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.request import ProxyHandler, Request, build_opener

from viborder.formats import jsonl
from viborder.labelstudio.regions import regions

PASSWORD = "for-this-benchmark"
OPENER = build_opener(ProxyHandler({}))
RECIPE, GOLD = "train/crf.yaml", Path("annotations/gold.jsonl")


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


def main() -> None:
    """Print each measurement."""
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
            learned = [learn(url, number) for number in range(10)]
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
            ("/predict, an article, p95 of 200", one[189] / 1000, 200),
            ("/predict, 200 at once, until all are answered", together, 200),
            ("from an annotation to the new version, median of 10", statistics.median(learned), 10),
        )


def keep(*figures: tuple[str, float, int]) -> None:
    """Put (what, seconds, how many) into eval/results.jsonl."""
    from viborder.eval.show import results

    said = {
        "system": "annotators' backend",
        "metric": "seconds",
        "interval": None,
        "unit": "call",
        "recipe": RECIPE,
        "tuned_on": "nothing",
    }
    command = {"data": "gold", "command": "python eval/benchmarks/labelstudio.py"}
    results.add([{**said, **command, "task": task, "value": round(value, 4), "n": n} for task, value, n in figures])


if __name__ == "__main__":
    main()
