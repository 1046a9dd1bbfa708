"""UIMA CAS as INCEpTION reads and writes it: a folder with `id.xmi` and `TypeSystem.xml`, spans as DKPro Core's
`NamedEntity`.

The offsets in the files are UTF-16 code units, which dkpro-cassis turns into code points. Needs the extra `convert`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import Any

from viborder.document import Document
from viborder.errors import Problem, ViborderError, fail, place
from viborder.files import new_folder, read_whole
from viborder.formats.fit import (
    all_spans,
    checked_span,
    count_layers,
    file_name,
    files_in,
    free_folder,
    sound,
    with_layers,
)

ENTITY = "de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity"
METADATA = "de.tudarmstadt.ukp.dkpro.core.api.metadata.type.DocumentMetaData"


def read(path: Path, lost: Counter[str]) -> list[Document]:
    """The documents of a folder, or of one `.xmi` file, whose `TypeSystem.xml` lies beside it.

    Annotations of other types are counted. Raises ViborderError: `cas-types-missing`, `cas-broken`, and of spans.
    """
    import cassis

    files = files_in(path, ".xmi", lost) if path.is_dir() else [path]
    types = (path if path.is_dir() else path.parent) / "TypeSystem.xml"
    if not types.exists():
        raise fail(
            path,
            "cas-types-missing",
            "no TypeSystem.xml beside the .xmi files",
            "export from INCEpTION as UIMA CAS XMI",
        )
    try:
        system = cassis.load_typesystem(BytesIO(read_whole(types)))
    except ViborderError:
        raise
    except Exception as error:  # what lxml and cassis happen to raise
        raise fail(types, "cas-broken", f"not a type system: {error!r:.100}", "export it again") from None
    problems: list[Problem] = []
    return sound((_read(each, system, lost, problems) for each in files), problems)


def _read(path: Path, system: Any, lost: Counter[str], problems: list[Problem]) -> Document | None:
    import cassis

    try:
        cas = cassis.load_cas_from_xmi(BytesIO(read_whole(path)), typesystem=system)
    except ViborderError as error:
        problems += error.problems
    except Exception as error:  # what lxml and cassis happen to raise
        said = f"not a CAS: {error!r:.100}"
        problems.append(Problem(str(path), "cas-broken", said, "export it again as UIMA CAS XMI"))
    else:
        return _document(cas, path, lost, problems)
    return None


def _document(cas: Any, path: Path, lost: Counter[str], problems: list[Problem]) -> Document:
    text = cas.sofa_string or ""
    spans, identity = [], path.stem
    for annotation in cas.select_all_annotations():
        if annotation.type.name == ENTITY:
            spans.append(checked_span(annotation.begin, annotation.end, annotation.value, text, str(path), problems))
        elif annotation.type.name == METADATA:
            identity = annotation.documentId or identity
        elif annotation.type.name != "uima.tcas.DocumentAnnotation":
            lost[f"annotations of the type {annotation.type.name.rpartition('.')[2]}"] += 1
    return with_layers(identity, text, spans)


def write(path: Path, documents: Iterable[Document], lost: Counter[str]) -> None:
    """Write a folder; private persons are labelled PRIVATE.

    Raises ViborderError `folder-not-empty`, `xml-character`.
    """
    system = _types()
    with new_folder(free_folder(path)) as folder:
        (folder / "TypeSystem.xml").write_text(system.to_xml(), encoding="utf-8")
        for document in documents:
            count_layers(document, lost, "meta", "scores")
            (folder / f"{file_name(document.id)}.xmi").write_text(_xmi(document, system), encoding="utf-8")


def _xmi(document: Document, system: Any) -> str:
    import cassis

    cas = cassis.Cas(typesystem=system)
    cas.sofa_string, cas.sofa_mime = document.text, "text/plain"
    about = system.get_type(METADATA)(
        begin=0, end=len(document.text), documentId=document.id, documentTitle=document.id, language="vi"
    )
    cas.add(about)
    entity = system.get_type(ENTITY)
    cas.add_all([entity(begin=span.start, end=span.end, value=span.label) for span in all_spans(document)])
    try:
        return str(cas.to_xmi())
    except ValueError as error:
        raise fail(
            place("", document.id), "xml-character", f"XML cannot hold the text: {error}", "take control characters out"
        ) from None


def _types() -> Any:
    import cassis

    system = cassis.TypeSystem()
    entity = system.create_type(ENTITY, supertypeName="uima.tcas.Annotation")
    metadata = system.create_type(METADATA, supertypeName="uima.tcas.DocumentAnnotation")
    for type_, name in (
        (entity, "value"),
        (entity, "identifier"),
        (metadata, "documentId"),
        (metadata, "documentTitle"),
    ):
        system.create_feature(domainType=type_, name=name, rangeType="uima.cas.String")
    return system
