"""A Hub that gives no answer is told within seconds; one that has a fault is given time."""

import pytest

from viborder.errors import ViborderError
from viborder.publish.hub import ask

httpx2 = pytest.importorskip("httpx2")
REQUEST = httpx2.Request("GET", "http://hub")


@pytest.mark.parametrize(
    ("error", "pauses"),
    [(httpx2.ConnectError("no route", request=REQUEST), [1.0, 2.0]), (httpx2.ConnectTimeout("", request=REQUEST), [])],
)
def test_no_answer_is_told_soon(error, pauses):
    waited: list[float] = []

    def call():
        raise error

    with pytest.raises(ViborderError, match="hub-unreachable"):
        ask(call, "me/x", waited.append)
    assert waited == pauses
