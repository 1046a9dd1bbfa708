"""Whatever is sent to the backend, it answers that the call is wrong, and says of its own faults where they are."""

import base64
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from viborder.document import Document
from viborder.errors import fail
from viborder.labelstudio.serve import app

SECRET = "only-for-this-test"
HEADERS = {"Authorization": "Basic " + base64.b64encode(f"viborder:{SECRET}".encode()).decode()}


class Still:
    """A learner that learns nothing."""

    version = "v1"

    def tag(self, document: Document) -> tuple[Document, str]:
        if document.text == "fault":
            raise ValueError(f"the text was {document.text} and the secret {SECRET}")
        if document.text == "away":
            raise fail(SECRET, "llm-unreachable", f"no answer for {document.text}", SECRET)
        return document, self.version

    def withdraw(self, annotations) -> None:
        list(annotations)

    def submit(self, document: Document, annotation: int, updated_at: str, start: int | None = None) -> bool:
        document.id.encode()
        return True


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(app(Still(), SECRET), raise_server_exceptions=False)


def post(client: TestClient, path: str, body: object) -> int:
    return client.post(path, content=json.dumps(body).encode(), headers=HEADERS).status_code


TASK = {"id": 1, "data": {"text": "Lào", "doc_id": "a"}}
ANNOTATION = {"id": 1, "result": []}


@pytest.mark.parametrize(
    "task",
    [
        {"meta": [1], "data": {"text": "Lào"}},
        {"meta": "x", "data": {"text": "Lào"}},
        {"data": ["Lào"]},
        {"data": "Lào"},
        {"data": {"text": ["Lào"]}},
        {"data": {"text": "\ud800"}},
        {"data": None},
        {},
    ],
)
def test_a_task_of_another_kind_is_refused(client: TestClient, task: dict) -> None:
    assert post(client, "/predict", {"tasks": [task]}) == 400
    assert post(client, "/webhook", {"action": "ANNOTATION_CREATED", "annotation": ANNOTATION, "task": task}) == 400


def test_an_id_that_no_file_can_bear_is_refused(client: TestClient) -> None:
    task = {"data": {"text": "Lào", "doc_id": "\ud800"}}
    assert post(client, "/webhook", {"action": "ANNOTATION_CREATED", "annotation": ANNOTATION, "task": task}) == 400


def test_a_fault_is_logged_with_its_place_and_without_text_or_secret(
    client: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    assert post(client, "/predict", {"tasks": [{"data": {"text": "fault"}}]}) == 500
    logged = capsys.readouterr().err
    assert "500 POST /predict ValueError at" in logged and "test_bad_calls.py" in logged
    assert SECRET not in logged and "the text was" not in logged and logged.count("\n") == 1


def test_a_language_model_that_is_away_is_no_fault(client: TestClient, capsys: pytest.CaptureFixture[str]) -> None:
    body = json.dumps({"tasks": [{"data": {"text": "away"}}]}).encode()
    answer = client.post("/predict", content=body, headers=HEADERS)
    assert (answer.status_code, answer.json()) == (503, {"error": "not now (llm-unreachable); try again later"})
    logged = capsys.readouterr().err
    assert logged.endswith("503 POST /predict llm-unreachable\n") and logged.count("\n") == 1
    assert SECRET not in logged and "away" not in logged


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
REGION = {
    "id": "r1",
    "from_name": "label",
    "to_name": "text",
    "type": "labels",
    "value": {"start": 0, "end": 3, "labels": ["PLACE"]},
}
CALLS = [
    ("/predict", {"tasks": [TASK], "params": {"context": {"result": [REGION]}}}),
    ("/predict", {"tasks": [TASK | {"drafts": [{"result": [REGION], "updated_at": "x"}], "meta": {"viborder": {}}}]}),
    ("/webhook", {"action": "ANNOTATION_CREATED", "annotation": ANNOTATION | {"result": [REGION]}, "task": TASK}),
    (
        "/webhook",
        {
            "action": "ANNOTATION_UPDATED",
            "annotation": ANNOTATION,
            "task": TASK | {"meta": {"viborder": {"part": 2, "starts": [0, 9]}}},
        },
    ),
    ("/webhook", {"action": "ANNOTATIONS_DELETED", "annotations": [{"id": 1}]}),
    ("/setup", {"project": "1.1"}),
]


def places(value: object, at: tuple = ()) -> list[tuple]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(place for key, each in inner for place in places(each, (*at, key)))]


def put(value: object, at: tuple, new: object) -> object:
    if not at:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[at[0]] = put(copy[at[0]], at[1:], new)
    return copy


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_part_of_any_call_may_be_anything(client: TestClient, data: st.DataObject) -> None:
    path, body = data.draw(st.sampled_from(CALLS))
    spoilt = put(body, data.draw(st.sampled_from(places(body))), data.draw(json_values))
    assert post(client, path, spoilt) < 500
