"""The questions of adjudication at the terminal: one dispute after another, each answer kept at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from rich.console import Console
from rich.text import Text

from viborder.annotate.adjudicate import Decision
from viborder.annotate.disputes import AGREED, DISPUTED, DOUBTED, Dispute
from viborder.document import Span
from viborder.labels import labels

NOTHING = "nothing"
STYLES = {AGREED: "green underline", DISPUTED: "bold reverse", DOUBTED: "magenta italic underline"}
SIGNS = {AGREED: ("", ""), DISPUTED: ("⟨", "⟩"), DOUBTED: ("", "?")}  # for whoever sees no colours
HELP = "a number, LABEL, LABEL: words (another border), nothing, s (later), b (back), q (stop): "
SEEN = "Enter (seen), s (later), b (back), q (stop): "
Keep = Callable[[Sequence[Decision]], object]


def ask(found: Sequence[Dispute], keep: Keep, take_back: Keep, console: Console | None = None) -> int:
    """Put the disputes one after another and hand the decisions of each answer to `keep`, those of an answer that is
    taken back to `take_back`; returns how many disputes are answered.

    The reader may leave a dispute open (`s`), go back to the last answer (`b`) and stop at any time (`q`, or the end of
    the input). An answer can be given to all equal disputes at once.
    """
    console = console or Console()
    answers: list[tuple[int, dict[int, list[Decision]]]] = []  # where it was given, and to which disputes
    _legend(console)
    at = 0
    while at <= len(found):
        done = {number: made for _, given in answers for number, made in given.items()}
        if at in done:
            at += 1
            continue
        try:
            if at == len(found):
                if not answers or console.input("All are asked. Enter ends, b goes back: ").strip() != "b":
                    break
                choice: Sequence[Span] | str = "b"
            else:
                _show(console, found[at], f"{at + 1}/{len(found)}", done.values())
                choice = _choose(console, found[at])
            if choice == "q":
                break
            if choice == "s":
                at += 1
            elif isinstance(choice, str):
                at = _back(console, answers, take_back, at)
            else:
                given = _given(console, found, at, choice, done)
                keep([one for made in given.values() for one in made])
                answers.append((at, given))
                at += 1
        except EOFError:
            break
    return sum(len(given) for _, given in answers)


def _given(
    console: Console, found: Sequence[Dispute], at: int, chosen: Sequence[Span], done: Iterable[int]
) -> dict[int, list[Decision]]:
    """The decisions of an answer, by dispute: of this one, and of its equals if that is wanted."""
    dispute = found[at]
    asked = "your answer to the note (may stay empty): " if dispute.notes else "reason (may stay empty): "
    reason = console.input(asked).strip()
    given = {at: dispute.answer(chosen, reason)}
    equal = [
        number
        for number, other in enumerate(found)
        if number != at and number not in done and other.key() == dispute.key()
    ]
    if equal:
        places = f"{len(equal)} more {'place' if len(equal) == 1 else 'places'}"
        said = f"The same words stand in the same context in {places}. Enter decides them alike, n asks each: "
        if console.input(said).strip().lower() != "n":
            given |= {number: found[number].answer(dispute.moved(chosen, found[number]), reason) for number in equal}
            console.print(f"decided alike in {places}", style="dim", highlight=False)
    return given


def _back(console: Console, answers: list[tuple[int, dict[int, list[Decision]]]], take_back: Keep, at: int) -> int:
    """The dispute of the last answer, which is taken back everywhere that it was given."""
    if not answers:
        console.print("Nothing was answered yet.")
        return at
    place, given = answers.pop()
    take_back([one for made in given.values() for one in made])
    return place


def _legend(console: Console) -> None:
    shown = Text("in the text: ", style="dim")
    for state, style in STYLES.items():
        first, last = SIGNS[state]
        shown.append(f"{first}{state}{last}", style=style)
        shown.append("  ")
    console.print(shown)


def _show(console: Console, dispute: Dispute, number: str, done: Iterable[Sequence[Decision]]) -> None:
    where = f"[{dispute.start}:{dispute.end}]" if dispute.end else "the whole document"
    console.rule(Text(f"{number} · {dispute.state} · {dispute.id} {where}"), style="dim")
    console.print(_text(dispute))
    for index, (spans, who) in enumerate(dispute.options(), 1):
        console.print(Text(f"  {index}  {dispute.told(spans)}  ({', '.join(who)})"))
    for name, note in dispute.notes.items():
        console.print(Text(f"  {name} notes: {note}", style="magenta"))
    before = Counter(
        one.decision or NOTHING for made in done for one in made if dispute.end and one.text == dispute.text
    )
    if before:
        said = ", ".join(f"{label} in {count}" for label, count in before.most_common())
        console.print(Text(f"  the same words were decided before: {said}", style="dim"))


def _text(dispute: Dispute) -> Text:
    """The text around a dispute, every span with its state."""
    first = dispute.start - len(dispute.before)
    whole = dispute.before + dispute.text + dispute.after
    ranges: dict[tuple[int, int], str] = {}
    shown = Text(whole)
    for span, state in dispute.around:
        own = dispute.start <= span.start and span.end <= dispute.end
        style = STYLES[state] if own or state == AGREED else STYLES[state].replace("bold reverse", "bold underline")
        shown.stylize(style, span.start - first, span.end - first)
        ranges[span.start - first, span.end - first] = state
    signs = [(end, SIGNS[state][1]) for (_, end), state in ranges.items()]
    signs += [(start, SIGNS[state][0]) for (start, _), state in ranges.items()]
    pieces, last = [Text("…")], 0
    for at, sign in sorted(signs, key=lambda sign: sign[0]):  # at one place what ends comes before what begins
        pieces += [shown[last:at], Text(sign)] if at > last else [Text(sign)]
        last = at
    return Text.assemble(*pieces, shown[last:], "…")


def _choose(console: Console, dispute: Dispute) -> Sequence[Span] | str:
    """The spans that are to stand, or `s`, `b` or `q`."""
    known = [label.name for label in labels()]
    options = dispute.options()
    while True:
        given = console.input(HELP if dispute.end else SEEN).strip()
        if given in ("s", "b", "q"):
            return given
        if given == NOTHING or (not dispute.end and not given):
            return ()
        if given.isdecimal() and 1 <= int(given) <= len(options):
            return options[int(given) - 1][0]
        name, colon, words = given.partition(":")
        if dispute.end and name.strip().upper() in known:
            chosen = _drawn(dispute, name.strip().upper(), words.strip() if colon else None)
            if chosen:
                return [chosen]
            said = "these words do not stand there" if colon else "more than one border: write LABEL: and the words"
            console.print(said)


def _drawn(dispute: Dispute, label: str, words: str | None) -> Span | None:
    """The span of a label on the dispute's one range, or on words that overlap the dispute."""
    if words is None:
        return Span(dispute.start, dispute.end, label) if len(dispute.questions) == 1 else None
    first, whole = dispute.start - len(dispute.before), dispute.before + dispute.text + dispute.after
    at = whole.find(words) if words else -1
    while at != -1:
        span = Span(first + at, first + at + len(words), label)
        if span.start < dispute.end and dispute.start < span.end:
            return span
        at = whole.find(words, at + 1)
    return None
