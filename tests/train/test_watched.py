"""What long work says where there is no terminal."""

from viborder.train import watched as module
from viborder.train.watched import watched


def test_ten_lines_where_there_is_no_terminal(monkeypatch, capsys):
    seconds = iter(range(0, 10_000, 10))  # each look at the clock is ten seconds after the last
    monkeypatch.setattr(module.time, "monotonic", lambda: next(seconds))
    assert list(watched(range(20), "learning")) == list(range(20))
    lines = capsys.readouterr().err.splitlines()
    # Before step 2 the clock was looked at for the start, steps 0, 1 and 2: 30 s for 2 steps, 18 more take 270 s.
    assert lines[0] == "learning: 2 of 20, about 270 s left"
    assert len(lines) == 9


def test_what_ends_soon_says_nothing(capsys):
    assert list(watched(range(20), "learning")) == list(range(20))
    assert capsys.readouterr().err == ""
