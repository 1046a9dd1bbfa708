"""Vietnamese named-entity recognition for police and border news.

    import viborder

    tagger = viborder.load()                            # the model that comes with the package; or a folder, or a Hub
    id document = tagger.tag("Công an tỉnh Cao Bằng …")    # a list for a list, lazily for any other iterable for span
    in document.spans:
        print(span.label, span.start, span.end, span.score, document.slice(span))

    viborder.read(path), viborder.write(path, documents)        # any format; the path's ending names it
    viborder.score(gold, pred), viborder.compare(gold, {…})     # documents, paths or tag sequences
    viborder.agree(passes)                                      # how far annotators agree

Each name is loaded when it is first used, so that `import viborder` itself costs nothing. What is wrong with an input
is raised as `ViborderError`, all problems at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from viborder.api import Tagger as Tagger
    from viborder.api import agree as agree
    from viborder.api import compare as compare
    from viborder.api import load as load
    from viborder.api import read as read
    from viborder.api import score as score
    from viborder.api import write as write
    from viborder.document import Document as Document
    from viborder.document import Span as Span
    from viborder.errors import ViborderError as ViborderError

__version__ = "0.1.0"
__all__ = [
    "Document",
    "Span",
    "Tagger",
    "ViborderError",
    "__version__",
    "agree",
    "compare",
    "load",
    "read",
    "score",
    "write",
]
_ROOMS = {"Document": "document", "Span": "document", "ViborderError": "errors"}  # the others are in viborder.api


def __getattr__(name: str) -> Any:
    """A name of the front door, from its module, when it is first asked for."""
    if name not in __all__:
        raise AttributeError(f"module 'viborder' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"viborder.{_ROOMS.get(name, 'api')}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
