"""An explanation as lines to read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from viborder.errors import counted


def lines(told: Mapping[str, Any]) -> Iterator[str]:
    """A line or more for each span, each proposal that a model did not take, and each match that a veto stopped."""
    for part in told.get("restored", ()):
        yield f'[{part["start"]}:{part["end"]}] has lost {" and ".join(part["lost"])}, read as "{part["read"]}"'
    if not told["spans"]:
        yield "no span"
    for span in told["spans"]:
        numbers = f" {' '.join(span['numbers'])}" if span.get("numbers") else ""
        where = f" ({span['where']})" if span["where"] else ""
        by = span["by"] if span["kind"] == "learned" else f"{span['kind']} {span['by']}{numbers}{where}"
        yield f"{_place(span)}: {by}"
        if span.get("pieces"):
            yield f"    pieces: {', '.join(span['pieces'])}"
        for entry in span["entries"]:
            yield f"    {entry['file']}: {entry['phrase']} = {', '.join(entry['classes'])}"
        if "model" in span:
            yield from _model(span["model"])
    for span in told.get("rejected", ()):
        corrected = f", a correction: {span['correction']}" if span["correction"] else ""
        yield f"not taken by the model: {_place(span)}: {span['by']}{corrected}"
    for near in told["near"]:
        yield f'nothing at [{near["start"]}:{near["end"]}] "{near["text"]}": {near["rule"]}, stopped by {near["veto"]}'


def correction_lines(told: Mapping[str, Any]) -> Iterator[str]:
    """A line for each rule that a model's corrections concern, and one for what the grammar left out."""
    for one in told["rules"]:
        such = f", such as {'; '.join(one['examples'])}" if one["examples"] else ""
        yield f"{one['rule']}: {counted(one['words'], 'proposal')} corrected by their very words, {counted(one['kinds'], 'kind')}{such}"
    yield f"left out by the grammar: {counted(told['mentions'], 'mention')}, {counted(told['titles'], 'word')} before officials"


def _model(model: Mapping[str, Any]) -> Iterator[str]:
    proposed = "proposed by the grammar" if model["proposed"] else model["correction"] or "not proposed by the grammar"
    alone = "" if model["weights"] is None else f"; learned weights alone give it {model['weights']}"
    yield f"    model: score {model['score']}; {proposed}{alone}"
    if other := model["runner_up"]:
        yield f"    runner-up: {_place(other)}, probability {other['probability']}"


def _place(span: Mapping[str, Any]) -> str:
    return f'[{span["start"]}:{span["end"]}] {span["label"]} "{span["text"]}"'
