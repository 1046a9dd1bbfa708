"""The backend over HTTP, as Label Studio calls it."""

import base64
import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

import pytest
import uvicorn

from tests.fuzz.hostile import VALUES, _places, _put
from tests.labelstudio.conftest import GOLD, RECIPE, raw
from tests.labelstudio.test_roundtrip import submit_suggestion
from viborder.document import Document, Span, by_id
from viborder.errors import ViborderError
from viborder.files import sole
from viborder.formats import jsonl
from viborder.labelstudio import backend, renew
from viborder.labelstudio.answers import CALLS, Refused
from viborder.labelstudio.client import Client
from viborder.labelstudio.connect import catch_up, connect
from viborder.labelstudio.learner import Learner
from viborder.labelstudio.plan import Plan
from viborder.labelstudio.push import push
from viborder.labelstudio.regions import region
from viborder.labelstudio.serve import MAX_BODY, app
from viborder.labelstudio.suggest import prediction

PASSWORD = "only-for-this-test"
OPENER = build_opener(ProxyHandler({}))


class Backend:
    """A backend that listens."""

    def __init__(self, folder, base, overrides=()):
        self.learner = Learner(folder, RECIPE, base, [*backend.quick(RECIPE), *overrides])
        self.learner.start()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.web = uvicorn.Server(
            uvicorn.Config(app(self.learner, PASSWORD), host="127.0.0.1", port=self.port, log_level="error")
        )
        self.thread = threading.Thread(target=self.web.run, daemon=True)
        self.thread.start()
        while not self.web.started:
            time.sleep(0.02)
        assert self.learner.wait()

    def stop(self):
        self.web.should_exit = True
        self.thread.join(10)
        self.learner.stop()

    def call(self, path, body=None, password=PASSWORD, method=None):
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        request = Request(self.url + path, data=data, method=method)
        if password:
            request.add_header("Authorization", "Basic " + base64.b64encode(f"viborder:{password}".encode()).decode())
        try:
            with OPENER.open(request, timeout=30) as answer:
                return answer.status, json.loads(answer.read())
        except HTTPError as error:
            return error.code, error.read()


@pytest.fixture(scope="module")
def gold():
    return jsonl.read(GOLD)


@pytest.fixture(scope="module")
def served(tmp_path_factory, gold):
    running = Backend(tmp_path_factory.mktemp("served"), gold[:4])
    yield running
    running.stop()


def ask(served, text, context=None, **more):
    body = {
        "tasks": [{"id": 1, "data": {"text": text}} | more],
        "project": "1.1",
        "label_config": "<View/>",
        "params": {"context": context},
    }
    status, answer = served.call("/predict", body)
    assert status == 200
    return answer["results"][0]


def test_the_contract(served, gold):
    version = served.learner.version
    assert served.call("/health") == (200, {"status": "UP", "model_version": version})
    assert served.call("/setup", {"project": "1.1", "schema": "<View/>"}) == (200, {"model_version": version})
    assert served.call("/versions") == (200, {"versions": [version]})
    found = ask(served, gold[0].text)
    assert found["model_version"] == version and 0 < found["score"] <= 1
    assert {"from_name", "to_name", "type", "value", "score", "id"} <= set(found["result"][0])
    assert ask(served, gold[0].text, meta={"viborder": {"share": "test"}})["result"] == []
    status, answer = served.call("/predict", {"tasks": [{"data": {"text": text}} for text in ("Lào", "", "Cao Bằng")]})
    assert status == 200 and len(answer["results"]) == 3


def test_nobody_without_the_password(served):
    for path, body in (
        ("/health", None),
        ("/predict", {"tasks": []}),
        ("/webhook", {}),
        ("/setup", {}),
        ("/versions", None),
    ):
        assert served.call(path, body, password=None)[0] == 401
        assert served.call(path, body, password="wrong")[0] == 401


def test_bad_requests_are_refused_and_hurt_nothing(served, gold):
    for body in (
        b"",
        b"{",
        b"[]",
        b"\xff",
        b"[" * 100_000,
        {"tasks": 3},
        {"tasks": [3]},
        {"tasks": [{}]},
        {"tasks": [{"data": {"text": 5}}]},
    ):
        assert served.call("/predict", body)[0] == 400, body
    assert served.call("/predict", {"tasks": [{"data": {"text": "x" * 1_000_001}}]})[0] == 413
    assert served.call("/predict", b"x" * (MAX_BODY + 1))[0] == 413
    for body in ({"action": "ANNOTATION_CREATED"}, {"action": "ANNOTATION_CREATED", "annotation": {}, "task": {}}):
        assert served.call("/webhook", body)[0] == 400
    assert served.call("/webhook", {"action": "TASKS_CREATED"}) == (200, {"status": "ok"})
    assert served.call("/predict", method="GET")[0] == 405
    assert ask(served, gold[0].text)["result"]


def test_every_value_of_a_call_may_be_another(tmp_path):
    """A call of Label Studio with each of its values replaced by each hostile one is answered, or refused as bad."""
    text = "Công an tỉnh Cao Bằng ở Lào."
    agency, place = region(Span(0, 21, "AGENCY")), region(Span(24, 27, "PLACE"))
    task = {
        "id": 1,
        "data": {"text": text, "doc_id": "a"},
        "meta": {"viborder": {"share": "train", "part": 1, "of": 1, "start": 0}},
        "drafts": [{"id": 1, "result": [agency], "updated_at": "2026"}],
        "predictions": [{"result": [place], "created_at": "2026"}],
    }
    annotation = {"id": 7, "result": [agency], "was_cancelled": False, "updated_at": "2026", "completed_by": {"id": 1}}
    bodies = {
        "/predict": {"tasks": [task], "params": {"context": {"result": [place | {"id": "x"}]}}},
        "/webhook": {"action": "ANNOTATION_CREATED", "annotation": annotation, "task": task},
    }
    learner = Learner(tmp_path, RECIPE, [])
    refused = set()
    for path, body in bodies.items():
        for at in list(_places(body))[1:]:
            for value in VALUES:
                try:
                    CALLS[path](learner, _put(body, at, value))
                except Refused as said:
                    refused.add(said.status)
    assert refused == {400}
    assert {one.id for one in learner.documents()} >= {"a"}


def test_label_one_get_all(served):
    text = "Lào và Lào; Công an Lào; Làos."
    drawn = region(Span(0, 3, "PLACE")) | {"id": "i2NijtfDW0"}
    suggested = {"created_at": "2026", "result": [region(Span(12, 23, "AGENCY"))]}
    found = ask(served, text, {"result": [drawn]}, predictions=[suggested])["result"]
    assert [(one["value"]["start"], one["value"]["end"], one["value"]["labels"]) for one in found] == [
        (7, 10, ["PLACE"]),
        (20, 23, ["PLACE"]),
    ]
    draft = {"updated_at": "2027", "result": [region(Span(7, 10, "DRUG"))]}
    found = ask(served, text, {"result": [drawn]}, predictions=[suggested], drafts=[draft])["result"]
    assert [one["value"]["start"] for one in found] == [20]
    others = {"updated_at": "2028", "result": [region(Span(20, 23, "DRUG"))]}
    found = ask(served, text, {"result": [drawn]}, annotations=[others])["result"]
    assert [one["value"]["start"] for one in found] == [7, 20]  # what others did stays unseen
    assert ask(served, text, {"result": [region(Span(7, 10, "PLACE")), drawn]})["result"] == found[1:]
    assert ask(served, text, {"result": [region(Span(0, 3, "PLACE"))]})["result"] == []  # nothing that a person drew
    assert ask(served, text, {"result": [{"value": {}}, 3]})["result"] == []


def test_two_hundred_at_once(served, gold):
    texts = [document.text for document in gold] * 40
    with ThreadPoolExecutor(200) as pool:
        found = list(pool.map(lambda text: ask(served, text), texts))
    assert len(found) == 200 and all(one["result"] for one in found)


def annotation(number, spans, moment, cancelled=False):
    result = [region(span) for span in spans]
    return {"id": number, "result": result, "updated_at": f"2026-01-01T00:00:0{moment}Z", "was_cancelled": cancelled}


def test_what_the_webhook_brings_is_kept_if_it_is_fit_to_learn_from(served):
    def tell(entry, action="ANNOTATION_UPDATED", **meta):
        task = {"data": {"doc_id": "hook", "text": "Chợ Đá Vàng"}, "meta": {"viborder": meta}}
        assert served.call("/webhook", {"action": action, "annotation": entry, "task": task})[0] == 200
        return [document.spans for document in served.learner.documents() if document.id == "hook"]

    place = Span(4, 11, "PLACE")
    assert tell(annotation(50, [place], 1), "ANNOTATION_CREATED") == [(place,)]
    assert tell(annotation(50, [], 2)) == []  # emptied without a tick: nothing to learn from
    assert tell(annotation(50, [place], 3)) == [(place,)]
    assert tell(annotation(50, [place], 4, cancelled=True)) == []
    assert tell(annotation(51, [place], 5), share="test") == []
    assert tell(annotation(52, [Span(0, 7, "PLACE"), Span(4, 11, "PLACE")], 6)) == []  # spans that cross
    assert tell(annotation(53, [place, Span(0, 2, "PLACE")], 7)) == [(place,)]  # half a syllable is no lesson
    assert served.call("/webhook", {"action": "ANNOTATIONS_DELETED", "annotations": [{"id": 53}]})[0] == 200
    tell(annotation(54, [place], 8), part=2, starts=[0, 20])
    assert by_id(served.learner.documents())["hook [20:31]"].spans == (place,)  # a part of an article
    assert served.call("/webhook", {"action": "ANNOTATIONS_DELETED", "annotations": [{"id": 54}]})[0] == 200
    assert [document for document in served.learner.documents() if document.id == "hook"] == []


def wait_for_lines(capsys, wanted):
    """Wait until each of the lines was printed."""
    said, deadline = "", time.monotonic() + 60
    while not set(wanted) <= set(said.splitlines()):
        assert time.monotonic() < deadline, said
        time.sleep(0.05)
        said += capsys.readouterr().err


def test_a_real_server_asks_for_suggestions_and_tells_what_was_submitted(studio, tmp_path, gold, capsys, monkeypatch):
    own = Backend(tmp_path / "state", gold[:2])
    try:
        documents = [Document("bare", gold[4].text), Document("pushed", gold[3].text)]
        pushed = {"pushed": documents[1].with_spans([Span(0, 3, "PLACE", 0.5)])}  # by a model of before
        number = push(studio.owner, "live", documents, pushed, "m1", Plan(test_share=0, first=("bare",))).project
        assert connect(studio.owner, "live", own.url, PASSWORD, own.learner) == number
        before = own.learner.version
        renewing = threading.Thread(target=renew.keep_renewed, args=(studio.owner, number, own.learner))
        renewing.start()
        said = [f"renewed 1 suggestion with model {before}"]
        wait_for_lines(capsys, said)
        other = next(task["id"] for task in studio.owner.tasks(number) if task["data"]["doc_id"] == "pushed")
        opened = raw(studio.lan, "GET", f"tasks/{other}?project={number}")  # as the list and the address open it
        assert [one["model_version"] for one in opened["predictions"]] == [before]
        kept = opened["predictions"][0]["id"]
        task = raw(studio.lan, "GET", f"projects/{number}/next")
        (suggestion,) = studio.owner.ask(studio.owner.sdk.tasks.get, task["id"])["predictions"]
        assert suggestion["model_version"] == before and len(suggestion["result"]) > 20
        context = {"result": [region(Span(gold[4].text.index("Lai Châu"), gold[4].text.index("Lai Châu") + 8, "DRUG"))]}
        number_of_backend = studio.owner.ask(studio.owner.sdk.ml.list, project=number)[0]["id"]
        answer = raw(
            studio.lan,
            "POST",
            f"ml/{number_of_backend}/interactive-annotating",
            json={"task": task["id"], "context": context},
        )
        assert "errors" not in answer
        submitted = submit_suggestion(studio.lan, task, lambda _: [region(span) for span in gold[4].spans])
        assert own.learner.wait()
        assert own.learner.version != before
        assert by_id(own.learner.documents())["bare"].spans == gold[4].spans
        # what nobody has begun is suggested anew, in the place of the old: who has it open may still submit
        wait_for_lines(capsys, [f"renewed 1 suggestion with model {own.learner.version}"])
        opened = raw(studio.lan, "GET", f"tasks/{other}?project={number}")
        (renewed,) = opened["predictions"]
        assert (renewed["id"], renewed["model_version"]) == (kept, own.learner.version)
        assert renewed["result"] == prediction(*own.learner.tag(documents[1]))["result"]
        raw(studio.lan, "POST", f"tasks/{other}/drafts", json={"result": [region(Span(0, 5, "PLACE"))], "lead_time": 3})
        studio.owner.delete(studio.owner.sdk.annotations.delete, submitted["id"])
        assert own.learner.wait()
        assert own.learner.version == before
        own.learner.stop()
        renewing.join(60)
        assert renew.renew(studio.owner, number, own.learner) == 0  # somebody has a draft of what is older
        monkeypatch.setattr(renew, "NEXT", 0)  # far behind in the queue: the backend is asked when it is opened
        assert renew._take_away(studio.owner, number) == 1
        assert studio.owner.ask(studio.owner.sdk.predictions.list, task=task["id"]) == []
        opened = raw(studio.lan, "GET", f"tasks/{task['id']}?project={number}")
        assert [one["model_version"] for one in opened["predictions"]] == [own.learner.version]
        (hook,) = studio.owner.ask(studio.owner.sdk.webhooks.list, project=number)
        assert hook["headers"]["Authorization"].startswith("Basic ")

        own.stop()  # it is away while an annotator goes on
        submit_suggestion(studio.lan, task, lambda _: [region(span) for span in gold[4].spans])
        own = Backend(tmp_path / "state", gold[:2])
        assert own.learner.version == before
        catch_up(studio.owner, number, own.learner)
        assert own.learner.wait()
        assert by_id(own.learner.documents())["bare"].spans == gold[4].spans
    finally:
        own.stop()


def test_one_clear_error_before_it_serves(monkeypatch, tmp_path, gold):
    def refusal(port=0, password=PASSWORD, owner=None):
        monkeypatch.setenv("VIBORDER_SERVE_PASSWORD", password)
        with pytest.raises(ViborderError) as caught:
            backend.run(RECIPE, gold[:1], tmp_path / "state", host="127.0.0.1", port=port, owner=owner, title="nowhere")
        return [problem.rule for problem in caught.value.problems]

    assert refusal(password="") == ["not-configured"]
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert refusal(port=taken.getsockname()[1]) == ["port-taken"]
    with sole(tmp_path / "state"):  # another backend learns there
        assert refusal() == ["folder-in-use"]
    assert refusal(owner=Client("http://127.0.0.1:1", "x" * 40, tries=1)) == ["server-unreachable"]
