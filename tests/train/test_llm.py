"""A language model as tagger, against a stand-in on this machine that speaks the chat protocol of OpenAI."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from viborder.cli import app
from viborder.document import PRIVATE, Document, Span
from viborder.errors import ViborderError
from viborder.formats import jsonl
from viborder.labelstudio.suggest import suggest
from viborder.train import load, train
from viborder.train.llm.align import align
from viborder.train.llm.mask import masked
from viborder.train.llm.prompt import alike, bracketed, ranges

SECRET = "sk-not-to-be-seen-5f2c"
TEXT = "Công an tỉnh Cao Bằng bắt Nguyễn Văn An, thu 5 vụ.\n\nÔng Lê Nam [1] nói: heroin từ Lào."
ANSWER = "[AGENCY Công an [PLACE tỉnh Cao Bằng]] bắt Nguyễn Văn An, thu [QUANTITY 5 vụ].\n\nÔng Lê Nam [1] nói: [DRUG heroin] từ [PLACE Lào]."
SPANS = tuple(
    Span(TEXT.index(words), TEXT.index(words) + len(words), label)
    for words, label in (
        ("Công an tỉnh Cao Bằng", "AGENCY"),
        ("tỉnh Cao Bằng", "PLACE"),
        ("5 vụ", "QUANTITY"),
        ("heroin", "DRUG"),
        ("Lào", "PLACE"),
    )
)
NAMES = ["AGENCY", "OFFICIAL", "PLACE", "DRUG", "QUANTITY"]


def chat(text, finish="stop", **message):
    """An answer as the protocol has it."""
    choice = {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text} | message}
    usage = {"prompt_tokens": 1200, "completion_tokens": 34, "total_tokens": 1234}
    return 200, {}, {"id": "x", "object": "chat.completion", "choices": [choice], "usage": usage}


class StandIn:
    """A server whose answers a test puts in: (status, headers, body) each, or a function of the request."""

    def __init__(self):
        self.answers, self.asked, self.headers = [], [], []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.asked.append(body)
                outer.headers.append(dict(self.headers))
                answer = outer.answers.pop(0) if len(outer.answers) > 1 else outer.answers[0]
                status, headers, content = answer(body) if callable(answer) else answer
                data = content if isinstance(content, bytes) else json.dumps(content).encode()
                self.send_response(status if self.path == "/v1/chat/completions" else 404)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def server(monkeypatch, tmp_path):
    running = StandIn()
    monkeypatch.setenv("OPENAI_BASE_URL", running.url)
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    monkeypatch.setenv("OPENAI_MODEL", "stand-in/small")
    yield running
    running.stop()


@pytest.fixture
def waits(monkeypatch):
    """What was waited for, without waiting."""
    found = []
    monkeypatch.setattr("viborder.train.llm.chat.sleep", found.append)
    return found


GOLD = [
    Document("g1", "Công an tỉnh Lạng Sơn bắt hai người ở Lào.", (Span(0, 21, "AGENCY"), Span(8, 21, "PLACE"))),
    Document("g2", "Ông Ba: 2 kg heroin.", (Span(4, 6, "OFFICIAL"), Span(8, 12, "QUANTITY"), Span(13, 19, "DRUG"))),
    Document("same", TEXT.split("\n")[0], (Span(0, 21, "AGENCY"),)),
]


def model(tmp_path, *overrides):
    """A model folder, whose answers are kept below the test's own."""
    out = tmp_path / f"model{len(list(tmp_path.iterdir()))}"
    train("llm", GOLD, out, overrides=[f"cache={tmp_path / 'cache'}", "tries=3", *overrides])
    return out


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_a_folder_like_every_other_and_no_secret_anywhere(server, tmp_path, capfd):
    server.answers = [chat(ANSWER)]
    gold, folder, found = tmp_path / "gold.jsonl", tmp_path / "m", tmp_path / "found.jsonl"
    jsonl.write(gold, GOLD)
    texts = tmp_path / "texts.jsonl"
    jsonl.write(texts, [Document("d", TEXT, SPANS)])
    done = run("train", "llm", "--train", gold, "--out", folder, f"cache={tmp_path / 'cache'}", "price_in=2.0")
    assert done.exit_code == 0 and not server.asked, done.output  # nothing is sent by a training
    done = run("tag", folder, texts, "-o", found)
    assert done.exit_code == 0, done.output
    (document,) = jsonl.read(found)
    assert (document.text, document.spans) == (TEXT, SPANS)
    assert {span.score for span in document.spans} == {1.0}
    assert "texts are sent to 127.0.0.1, model stand-in/small" in done.stderr
    # 1200 tokens at 2.0 a million
    assert "1 request, 0 answers from the cache; 1,200 tokens sent, 34 received, price 0.0024" in done.stderr
    assert run("score", texts, found).exit_code == 0 and run("compare", texts, found, gold).exit_code in (0, 1)

    # the prompt: labels, guidelines, the most alike example last, and never the text itself
    system, *shown, asked = server.asked[0]["messages"]
    assert "A named location" in system["content"] and "| A1 |" in system["content"]
    assert "Nguyên tắc chung" not in system["content"]  # the section that the recipe names, alone
    assert [one["content"] for one in shown][-2:] == [
        GOLD[0].text,
        "[AGENCY Công an [PLACE tỉnh Lạng Sơn]] bắt hai người ở Lào.",
    ]
    assert len(shown) == 4 and asked["content"] == TEXT and server.headers[0]["Authorization"] == f"Bearer {SECRET}"

    # what was answered is not asked again, also where the server is gone; push --model takes it as it takes any folder
    server.answers = [(500, {}, {})]
    suggested, version = suggest([Document("d", TEXT)], folder, None)
    assert suggested["d"].spans == SPANS and version.endswith("-stand-in-small") and len(server.asked) == 1
    written = "".join(path.read_text() for path in tmp_path.rglob("*") if path.is_file())
    said = capfd.readouterr()
    assert SECRET not in written + done.output + said.out + said.err + repr(load(folder))


def test_what_would_be_senseless_is_refused_or_said(server, tmp_path, capsys):
    server.answers = [chat(ANSWER)]
    gold, folder, texts = tmp_path / "gold.jsonl", tmp_path / "m", tmp_path / "texts.jsonl"
    jsonl.write(gold, GOLD)
    jsonl.write(texts, [Document("d", TEXT)])
    done = run("train", "llm", "--train", gold, "--unlabelled", texts, "--out", folder)
    assert done.exit_code == 1 and "unlabelled-useless" in str(done.exception) and not folder.exists()
    done = run("train", "llm", "--train", gold, "--dev", gold, "--out", folder, f"cache={tmp_path / 'cache'}")
    assert done.exit_code == 0 and "the 3 documents of --dev are not used" in done.output
    done = run("publish", folder, "somebody/model", "--dry-run", "--out", tmp_path / "out", "--gold", gold)
    assert (
        done.exit_code == 1 and "model-not-learned" in str(done.exception) and "private-name" not in str(done.exception)
    )
    assert not server.asked  # no text has left the machine
    tagger = load(folder)
    capsys.readouterr()
    for _ in range(2):  # as bulk does, chunk by chunk: where texts go is said once
        assert len(list(tagger.tag([Document("d", TEXT)]))) == 1
    assert capsys.readouterr().err.count("texts are sent to") == 1


def test_waits_as_long_as_the_server_asks_and_no_longer_than_a_minute(server, waits, tmp_path, capsys):
    busy = [
        (429, {"Retry-After": "7"}, {"error": {"message": f"slow down, {SECRET}"}}),
        (503, {"Retry-After": "3600"}, b""),
    ]
    server.answers = [*busy, chat(ANSWER)]
    (document,) = load(model(tmp_path)).tag([Document("d", TEXT)])
    assert document.spans == SPANS and waits == [7.0, 60.0]
    server.answers = [(429, {}, {})]
    with pytest.raises(ViborderError, match=r"llm-unreachable.*HTTP 429"):
        list(load(model(tmp_path, "longest=200")).tag([Document("d", "Lào.")]))
    assert waits[2:] == [1.0, 2.0]
    assert SECRET not in capsys.readouterr().err


def test_what_does_not_answer_is_told(server, waits, tmp_path, monkeypatch):
    def slow(_):
        threading.Event().wait(0.3)
        return chat(ANSWER)

    server.answers = [slow]
    with pytest.raises(ViborderError, match=r"llm-unreachable.*no answer within"):
        list(load(model(tmp_path, "timeout=0.05", "tries=2")).tag([Document("d", TEXT)]))
    for content in (b"<html>", {"choices": []}, {"choices": [{"message": {"content": 3}}]}, []):
        server.answers = [(200, {}, content)]
        with pytest.raises(ViborderError, match="llm-broken-answer"):
            list(load(model(tmp_path)).tag([Document("d", TEXT)]))
    server.answers = [(200, {}, b"<html>"), chat(ANSWER)]  # once broken, then sound
    assert next(load(model(tmp_path)).tag([Document("d", TEXT)])).spans == SPANS
    folder = model(tmp_path)
    for status, headers in ((401, {}), (404, {}), (302, {"Location": "http://127.0.0.1:1/v1"}), (400, {})):
        server.answers = [(status, headers, {"error": {"message": f"key {SECRET}"}})]
        with pytest.raises(ViborderError, match=f"llm-refused.*HTTP {status}") as caught:
            list(load(folder).tag([Document("d", f"Lào {status}.")]))
        assert SECRET not in str(caught.value)
    for name, value, rule in (
        ("OPENAI_BASE_URL", "", "not-configured"),
        ("OPENAI_BASE_URL", "ftp://x", "url-malformed"),
        ("OPENAI_BASE_URL", f"http://me:{SECRET}@127.0.0.1/v1", "url-malformed"),
        ("OPENAI_BASE_URL", "http://127.0.0.1:9/v1", "llm-unreachable"),
        ("OPENAI_API_KEY", "sk-ô", "not-configured"),
    ):
        with monkeypatch.context() as changed:
            changed.setenv(name, value)
            with pytest.raises(ViborderError, match=rule) as caught:
                list(load(folder).tag([Document("d", "Huế.")]))
            assert SECRET not in str(caught.value)


def test_refusals_and_answers_that_are_not_the_text_are_counted(server, tmp_path, capsys):
    server.answers = [
        chat(None, refusal="I cannot help with that"),
        chat("", "content_filter"),
        chat("I am sorry, but I cannot mark names in police news."),
        chat("[AGENCY Công an [PLACE tỉnh Cao", "length"),
    ]
    documents = [Document(str(number), TEXT) for number in range(4)]
    found = list(load(model(tmp_path, "at_once=1")).tag(documents))
    assert [document.spans for document in found] == [()] * 4
    said = capsys.readouterr().err
    assert "1 answer cut short" in said and "4 answers refused or not the text" in said
    assert said.count("an answer is no use") == 4 and "id=2 [0:" in said
    server.answers = [chat(ANSWER)]  # none of them was kept
    assert next(load(model(tmp_path)).tag(documents)).spans == SPANS


def test_samples_vote(server, tmp_path):
    plain = ANSWER.replace("[DRUG heroin]", "heroin")
    server.answers = [chat(ANSWER), chat(plain), chat(plain)]
    (document,) = load(model(tmp_path, "samples=3", "at_once=1", "temperature=0.7")).tag([Document("d", TEXT)])
    assert document.spans == tuple(span for span in SPANS if span.label != "DRUG")
    assert {span.score for span in document.spans} == {1.0} and server.asked[0]["temperature"] == 0.7


def test_names_can_be_hidden_and_offsets_stay(server, tmp_path):
    server.answers = [lambda body: chat(body["messages"][-1]["content"].replace("Ông Xx Xxx", "Ông [OFFICIAL Xx Xxx]"))]
    text = "Đối tượng Nguyễn Văn An khai. Đại tá Lê Nam nói.\nỞ Lào, NGUYEN VAN AN chạy. Ông Lê Nam về."
    hidden = masked(Document("d", text))
    assert hidden == "Đối tượng Xxxxxx Xxx Xx khai. Đại tá Xx Xxx nói.\nỞ Lào, XXXXXX XXX XX chạy. Ông Xx Xxx về."
    listed = masked(Document("d", "Bà Pó ở Lào", (), (Span(3, 5, PRIVATE),)))
    assert listed == "Bà Xx ở Lào"
    (document,) = load(model(tmp_path, "mask=true")).tag([Document("d", text)])
    assert document.text == text and [document.slice(span) for span in document.spans] == ["Lê Nam"]
    assert "Nguy" not in json.dumps(server.asked[0]["messages"][1:], ensure_ascii=False)


def test_alignment_is_exact_or_counted():
    def found(answer, source=TEXT):
        aligned = align(answer, source, NAMES)
        return [(span.label, source[span.start : span.end]) for span in aligned.spans], aligned.lost

    assert align(ANSWER, TEXT, NAMES).spans == SPANS
    assert align(f"```\n{ANSWER}\n```", TEXT, NAMES).spans == SPANS
    assert align(f"Here it is:\n\n{ANSWER}\n\nI hope that helps!", TEXT, NAMES).spans == SPANS
    assert align(ANSWER.replace("\n\n", " ").replace("bắt ", "bat "), TEXT, NAMES).spans == SPANS
    # what the model wrote otherwise inside a span is lost, and the rest is where it was
    changed = ANSWER.replace("tỉnh Cao Bằng", "Tỉnh Cao Bằng")
    assert found(changed) == ([("QUANTITY", "5 vụ"), ("DRUG", "heroin"), ("PLACE", "Lào")], 2)
    assert found("Thu [QUANTITY 2 kg] và 3kg", "Thu 3kg") == ([], 1)
    assert found("thu [QUANTITY 63]kg", "thu 63kg") == ([("QUANTITY", "63")], 0)
    # of an unknown label, empty, never closed
    assert found("[PERSON An] ở [PLACE Lào] [DRUG ] [PLACE Huế", "An ở Lào Huế") == ([("PLACE", "Lào")], 3)
    # brackets of the text are no marks
    assert found("[PLACE Lào [1]] [ABC x]", "Lào [1] [ABC x]") == ([("PLACE", "Lào [1]")], 0)
    assert found("a] [PLACE Huế] b", "a] Huế b") == ([("PLACE", "Huế")], 0)
    # the second of two equal words
    assert found("Lào Lào [PLACE Lào]", "Lào Lào Lào") == ([("PLACE", "Lào")], 0)


WORDS = st.lists(st.sampled_from(["Lào", "công", "an", "63kg", ",", "[1]", "]", "ở"]), min_size=1, max_size=12)


@given(WORDS, st.sets(st.tuples(st.integers(0, 11), st.integers(1, 12), st.sampled_from(NAMES)), max_size=4))
def test_what_is_put_into_brackets_comes_back(words, marks):
    text, starts = "", []
    for word in words:
        starts.append(len(text))
        text += word + " "
    text = text.rstrip()
    spans = {
        Span(starts[first], starts[last - 1] + len(words[last - 1]), label)
        for first, last, label in marks
        if first < last <= len(words) and not {"[1]", "]"} & {*words[first:last]}
    }
    spans = {span for span in spans if not any(span.crosses(other) for other in spans)}
    document = Document("d", text).with_spans(spans)
    assert align(bracketed(document), text, NAMES).spans == document.spans


def test_pieces_and_likeness():
    text = "Một dòng.\n\n  Câu một. Câu hai dài hơn.  \nBa."
    assert [text[slice(*one)] for one in ranges(text, 15)] == ["Một dòng.", "Câu một.", "Câu hai dài hơn.", "Ba."]
    assert [text[slice(*one)] for one in ranges(text, 1000)] == [text]
    assert ranges("  \n ", 100) == []
    assert [one.id for one in alike(TEXT.split("\n")[0], GOLD, 5)] == ["g1", "g2"]
