"""One clear error for each thing that goes wrong with a server."""

import json
import signal
import socket
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from viborder.document import Document
from viborder.errors import ViborderError
from viborder.labelstudio import local, server
from viborder.labelstudio.client import Client, from_environment
from viborder.labelstudio.plan import Plan
from viborder.labelstudio.pull import pull
from viborder.labelstudio.push import push
from viborder.labelstudio.suggest import suggest

SECRET = "0123456789abcdef0123456789abcdef01234567"


def refusal(call):
    with pytest.raises(ViborderError) as caught:
        call()
    (problem,) = caught.value.problems
    assert SECRET not in str(problem)
    return problem.rule


def projects(client):
    return client.ask(client.sdk.projects.list)


@pytest.fixture
def elsewhere():
    """A web server that answers what it is told to, at a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            answer.asked.append(self.command)
            status, headers, body = answers[0]
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, *_):
            pass

    answers = [(200, {}, b"")]
    web = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=web.serve_forever, daemon=True).start()

    def answer(status, body=b"", tries=1, **headers):
        answers[0] = (status, headers, body)
        answer.asked = []
        return Client(f"http://127.0.0.1:{web.server_port}", SECRET, tries=tries)

    yield answer
    web.shutdown()
    web.server_close()


def test_wrong_tokens(studio):
    for token in (SECRET, "a.b.c", "eyJhbGciOiJIUzI1NiJ9.eyJ0eXAiOiJyZWZyZXNoIn0.c2lnbmF0dXJl"):
        assert refusal(lambda token=token: projects(Client(studio.server.url, token))) == "token-refused"


def test_a_personal_access_token_works_and_outlives_its_access(studio):
    personal = Client(studio.server.url, studio.lan.tell(studio.lan.sdk.tokens.create)["token"])
    assert personal.ask(personal.sdk.users.whoami)["email"] == "lan@viborder.local"
    personal.sdk._client_wrapper._tokens_client._access_token = "expired.expired.expired"
    assert personal.ask(personal.sdk.users.whoami)["email"] == "lan@viborder.local"


def test_nobody_there():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
        assert refusal(lambda: Client(url, SECRET, tries=2).version()) == "server-unreachable"
    for url in ("127.0.0.1:8080", "ftp://127.0.0.1", "http://", "http://[::1", "http://studio:port", "http://a\0b"):
        assert refusal(lambda url=url: Client(url, SECRET)) == "url-malformed"


def test_not_label_studio_or_not_one_that_is_known(elsewhere):
    assert refusal(elsewhere(200, b"<html>").version) == "not-label-studio"
    assert refusal(elsewhere(200, b"[]").version) == "not-label-studio"
    assert refusal(elsewhere(200, b'{"release": "new"}').version) == "not-label-studio"
    assert refusal(elsewhere(200, b'{"release": "1.4.0"}').version) == "server-version"
    assert refusal(elsewhere(200, b'{"release": "2.0.1"}').version) == "server-version"
    assert elsewhere(200, b'{"release": "1.24.0.post1"}').version() == "1.24.0.post1"


def test_other_answers(elsewhere):
    assert refusal(lambda: projects(elsewhere(302, Location="http://example.org/"))) == "server-moved"
    assert refusal(lambda: projects(elsewhere(403, b'{"detail": "no"}'))) == "not-allowed"
    assert refusal(lambda: projects(elsewhere(418, b"tea"))) == "server-refused"
    assert refusal(lambda: projects(elsewhere(503))) == "server-unreachable"


def test_only_what_may_be_done_twice_is_repeated(elsewhere):
    client = elsewhere(503, tries=2)
    assert refusal(lambda: projects(client)) == "server-unreachable"
    assert refusal(lambda: client.tell(client.sdk.projects.create, title="once")) == "server-unreachable"
    assert elsewhere.asked == ["GET", "GET", "POST"]


def test_no_proxy_is_asked_for_the_machine_itself(elsewhere, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    assert elsewhere(200, b'{"release": "1.23.2"}').version() == "1.23.2"


def test_without_the_sdk(monkeypatch):
    monkeypatch.setitem(sys.modules, "label_studio_sdk", None)
    assert refusal(lambda: Client("http://127.0.0.1:1", SECRET)) == "extra-missing"


def test_tokens_that_cannot_be_sent_are_not_told():
    for token in (f"{SECRET}\n{SECRET}", f"{SECRET}ế", f"{SECRET}\0"):
        assert refusal(lambda token=token: Client("http://127.0.0.1:1", token)) == "token-refused"


def test_not_configured(monkeypatch):
    assert refusal(from_environment) == "not-configured"
    monkeypatch.setenv("LABEL_STUDIO_URL", "http://127.0.0.1:1")
    assert refusal(from_environment) == "not-configured"


def test_projects_that_are_not_ours(studio, tmp_path):
    other = (
        '<View><Text name="text" value="$text"/><Labels name="label" toName="text"><Label value="PER"/></Labels></View>'
    )
    studio.owner.tell(studio.owner.sdk.projects.create, title="foreign", label_config=other)
    assert refusal(lambda: push(studio.owner, "foreign", [Document("a", "Lào")], {})) == "interface-differs"
    assert refusal(lambda: pull(studio.owner, "foreign", tmp_path)) == "interface-differs"
    assert refusal(lambda: pull(studio.owner, "nowhere", tmp_path)) == "project-unknown"
    for _ in range(2):
        studio.owner.tell(studio.owner.sdk.projects.create, title="twins", label_config=other)
    assert refusal(lambda: pull(studio.owner, "twins", tmp_path)) == "project-twice"


def test_tasks_of_others_are_left_alone(studio, tmp_path):
    number = push(studio.owner, "mixed", [Document("a", "Lào")], {}, "", Plan(test_share=0)).project
    studio.owner.tell(studio.owner.sdk.projects.import_tasks, number, request=[{"data": {"text": "someone's own"}}])
    assert [problem.rule for problem in pull(studio.owner, "mixed", tmp_path / "passes").problems] == ["task-foreign"]


def test_what_is_pushed_is_checked(tmp_path):
    twice = [Document("a", "x"), Document("a", "y")]
    assert refusal(lambda: push(Client("http://127.0.0.1:1", SECRET), "p", twice, {})) == "id-twice"
    assert (
        refusal(lambda: push(Client("http://127.0.0.1:1", SECRET), "p", [Document("a", "x\ud800")], {}))
        == "text-not-unicode"
    )
    (tmp_path / "s.jsonl").write_text(json.dumps({"id": "a", "text": "other", "spans": []}) + "\n")
    assert refusal(lambda: suggest([Document("a", "x")], None, tmp_path / "s.jsonl")) == "text-differs"
    assert refusal(lambda: suggest([], tmp_path, tmp_path / "s.jsonl")) == "options-exclude"


def test_a_server_that_cannot_start(monkeypatch, tmp_path, program):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert refusal(lambda: server.start(program, tmp_path / "data", port=taken.getsockname()[1])) == "port-taken"
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "label_studio.sqlite3").write_text("not a database" * 100)
    assert refusal(lambda: server.start(program, tmp_path / "broken")) == "server-failed"
    monkeypatch.setenv("VIBORDER_LABELSTUDIO", str(tmp_path / "nothing"))
    assert refusal(server.install) == "server-not-installed"


def test_a_server_that_dies_is_told(monkeypatch, tmp_path):
    process = subprocess.Popen([sys.executable, "-c", "raise SystemExit(3)"])
    died = server.Server("http://127.0.0.1:9", process, tmp_path, "token", "password")
    monkeypatch.setattr(server, "start", lambda *_, **__: died)
    monkeypatch.setattr(local, "Client", lambda *_: None)
    monkeypatch.setattr(local, "ensure_project", lambda *_: None)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    with pytest.raises(ViborderError, match=r"server\.log: error server-died: Label Studio ended with 3"):
        local.run(tmp_path, tmp_path, 0, [], "any")


def test_what_is_secret_stays_out_of_sight(studio):
    assert studio.server.token not in repr(studio.server) + repr(studio.owner)
    account = studio.server.data / "account"
    assert account.stat().st_mode & 0o077 == 0
    log = (studio.server.data / "server.log").read_text()
    assert studio.server.token not in log
    assert studio.server.password not in log
