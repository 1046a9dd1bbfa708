"""viborder in a spaCy pipeline: `nlp.add_pipe("viborder")`, in any language; spaCy finds it by its entry point.

nlp = spacy.blank("vi")     # or any pipeline
nlp.add_pipe("viborder")    # config={"model": "FOLDER"} for another model than the one that comes with viborder
doc = nlp("Công an tỉnh Cao Bằng …")
doc.ents                    # the outermost spans
doc.spans["viborder"]       # all spans, nested ones too, with scores in doc.spans["viborder"].attrs["scores"]
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spacy.language import Language
from spacy.util import filter_spans

from viborder.document import outermost
from viborder.text import normalise

if TYPE_CHECKING:
    from viborder.api import Tagger

KEY = "viborder"


@Language.factory("viborder", default_config={"model": None}, assigns=["doc.ents", "doc.spans"])
def make(nlp: Language, name: str, model: str | None) -> Component:
    """What spaCy calls for `add_pipe("viborder")`. model: as in `viborder.load`."""
    from viborder.api import load

    return Component(load(model))


class Component:
    """Sets `doc.ents` and `doc.spans["viborder"]`. A span whose border lies inside one of spaCy's tokens is widened to
    whole tokens.
    """

    def __init__(self, tagger: Tagger) -> None:
        self.tagger = tagger

    def __call__(self, doc: Any) -> Any:
        """Mark one document.

        Raises ValueError for a text that is not NFC with `\\n` line ends, since spaCy's offsets would not fit.
        """
        if normalise(doc.text)[1]:
            raise ValueError(
                "viborder reads NFC text with \\n line ends: viborder.text.normalise(text)[0] before nlp()"
            )
        found = self.tagger.tag(doc.text)
        spans = [_span(doc, span) for span in found.spans]
        doc.spans[KEY] = spans
        doc.spans[KEY].attrs["scores"] = [span.score for span in found.spans]
        doc.ents = filter_spans([_span(doc, span) for span in outermost(found.spans)])
        return doc


def _span(doc: Any, span: Any) -> Any:
    return doc.char_span(span.start, span.end, label=span.label, alignment_mode="expand")
