"""The open-questions file: what annotators doubted or marked differently, where, and what was answered; from it the
guidelines are mended.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from viborder.annotate.adjudicate import Decision, Passes, Question, questions
from viborder.files import new_file

SURROUND = 40  # code points shown on each side
_TITLE = """# Câu hỏi của người đánh dấu · Questions of the annotators

Mỗi chữ một mục: ai nói gì, ghi chú gì, và đã trả lời thế nào. Câu trả lời nào đúng cho mọi bài thì đưa vào GUIDELINES.md.
One entry for each wording: who said what, who noted what, and the answer. What holds for every text goes into GUIDELINES.md.
"""


def write_questions(passes: Passes, decided: Sequence[Decision], path: Path, *, least: int = 2) -> tuple[int, int]:
    """Write every range that passes doubt or mark differently, equal wordings together, open ones first; returns how
    many are open and how many answered. Raises what `questions` raises, and `cannot-write`.
    """
    answers = {decision.place: decision for decision in decided}
    by_words: dict[str, list[Question]] = {}
    for question in questions(passes, least=least):
        by_words.setdefault(question.text if question.end else "", []).append(question)
    is_open = {
        words: sum((one.id, one.start, one.end) not in answers for one in asked) for words, asked in by_words.items()
    }
    waiting, total = sum(is_open.values()), sum(map(len, by_words.values()))
    with new_file(path) as file:
        file.write(f"{_TITLE}\n**{waiting} open**, {total - waiting} answered.\n")
        for words, asked in sorted(by_words.items(), key=lambda entry: (not is_open[entry[0]], entry[0].casefold())):
            file.write(f"\n## {_plain(words) or 'Cả bài · The whole document'} ({len(asked)})\n")
            file.writelines(_entry(one, answers.get((one.id, one.start, one.end))) for one in asked)
    return waiting, total - waiting


def _entry(question: Question, answer: Decision | None) -> str:
    said = " · ".join(f"{name}: {label or 'nothing'}" for name, label in question.passes.items())
    if not question.end:
        rows = [f"{question.id}"]
    else:
        before, after = _plain(question.before[-SURROUND:]), _plain(question.after[:SURROUND])
        shown = f"…{before} **{_plain(question.text)}** {after}…"
        rows = [f"{question.id} [{question.start}:{question.end}] {shown}", said]
    rows += _notes(question.notes)
    if answer is None:
        rows.append("answer: (open)")
    else:
        what = f"{answer.decision or 'nothing'} " if question.end else ""
        rows.append(f"answer: {what}{f'– {_plain(answer.reason)}' if answer.reason else ''}".rstrip())
    return "- " + "\n  - ".join(rows) + "\n"


def _notes(notes: Mapping[str, str]) -> Iterable[str]:
    return (f"{name} notes: {_plain(note)}" for name, note in notes.items())


def _plain(text: str) -> str:
    """A text on one line that Markdown shows as it is."""
    line = " ".join(text.split())
    return "".join(f"\\{char}" if char in "\\`*_[]<>#|" else char for char in line)
