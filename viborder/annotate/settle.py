"""From passes and the log to gold: what both ways of adjudicating, at the terminal and on the server, have in
common.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from viborder.annotate.adjudicate import Decision, Passes, change_decisions, merge, read_decisions
from viborder.document import Document, by_id
from viborder.errors import ViborderError, counted, fail
from viborder.files import alone
from viborder.formats import jsonl


def settle_at_terminal(named: Mapping[str, Sequence[Document]], log: Path, out: Path, least: int) -> None:
    """Ask every open question, keep each answer at once, and write the gold of the documents that are settled.

    Raises ViborderError `passes-too-few` and what reading and merging raise.
    """
    from viborder.annotate.ask import ask
    from viborder.annotate.disputes import disputes

    passes = open_passes(named)
    decided = {decision.place: decision for decision in read_decisions(log)}
    before = dict(decided)
    found = disputes(passes, decided.values(), least=least)

    def keep(made: Sequence[Decision]) -> None:
        decided.update({one.place: one for one in made})
        change_decisions(log, made)

    def take_back(made: Sequence[Decision]) -> None:
        for one in made:
            del decided[one.place]
        old = {one.place: before[one.place] for one in made if one.place in before}
        decided.update(old)
        change_decisions(log, old.values(), [one.place for one in made])

    if found:
        print(f"{ask(found, keep, take_back)} of {counted(len(found), 'question')} answered")
        decided.update({one.place: one for one in read_decisions(log)})  # another run's too
    write_gold(passes, decided.values(), out, least)


def open_passes(named: Mapping[str, Sequence[Document]], least: int = 2) -> Passes:
    """Passes by name and document. Raises ViborderError `passes-too-few`."""
    if len(named) < least:
        raise fail(
            "",
            "passes-too-few",
            "adjudication needs two passes or more, of different names",
            "give the files of two annotators",
        )
    return {name: by_id(documents) for name, documents in named.items()}


def write_gold(passes: Passes, decided: Iterable[Decision], out: Path, least: int) -> None:
    """Write the documents that are settled into the gold beside those that no pass has, and say which wait.

    Raises ViborderError where a settled document has errors; the gold then stays as it was.
    """
    gold, problems = merge(passes, list(decided), least=least)
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise ViborderError(errors)
    for problem in problems:
        print(problem, file=sys.stderr)
    settled = by_id(gold)
    with alone(out):
        before = by_id(jsonl.read(out)) if out.exists() else {}
        after = before | settled
        if settled and list(after.values()) != list(before.values()):
            jsonl.write(out, after.values())
    waiting = sum(problem.rule == "question-open" for problem in problems)
    wait = counted(waiting, "waits", "wait")
    print(f"{counted(len(gold), 'document')} settled, {wait} for decisions; {out} has {len(after)}")
