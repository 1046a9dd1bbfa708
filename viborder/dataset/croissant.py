"""Croissant 1.0 metadata (http://mlcommons.org/croissant/1.0) of a dataset folder, for tools that read datasets by
it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from viborder.dataset import schema
from viborder.dataset.front import MADE_UP, splits_of
from viborder.files import sha256_of

_TERMS = """
citeAs column data dataType equivalentProperty examples extract field fileProperty fileObject fileSet format includes isLiveDataset jsonPath
key md5 parentField path recordSet references regex repeated replace samplingRate separator source subField transform
""".split()
_JSON = {"data", "examples"}
_TYPES = {"string": "sc:Text", "int32": "sc:Integer", "float64": "sc:Float", "bool": "sc:Boolean"}


def metadata(facts: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The JSON-LD of a package. facts: what `stats.json` holds; folder: where its files lie."""
    config = {name: name for name in ("documents", "passes")} | dict.fromkeys(MADE_UP, "synthetic")
    records = [_records(config.get(table, "sentences"), table, facts["text"] == "keep") for table in facts["tables"]]
    return {
        "@context": _context(),
        "@type": "sc:Dataset",
        "name": "viborder",
        "description": "Vietnamese police and border news with nested spans: agencies, officials, places, drugs, quantities.",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        # of the annotations; the texts are their publishers', as `LICENSE` says
        "license": ["https://creativecommons.org/licenses/by/4.0/", "The texts remain their publishers': see LICENSE"],
        "url": "https://huggingface.co/datasets",
        "version": facts["version"],
        "datePublished": facts["date"],
        "inLanguage": "vi",
        "creator": {"@type": "Organization", "name": "The Viborder contributors"},
        "citeAs": f"The Viborder contributors. Viborder, version {facts['version']}. Dataset, {facts['date'][:4]}.",
        "distribution": [_file(folder, table) for table in facts["tables"]],
        "recordSet": [*records, _splits(facts)],
    }


def _context() -> dict[str, Any]:
    terms: dict[str, Any] = {name: f"cr:{name}" for name in _TERMS}
    terms |= {name: {"@id": f"cr:{name}", "@type": "@json"} for name in _JSON}
    terms["dataType"] = {"@id": "cr:dataType", "@type": "@vocab"}
    return terms | {
        "@language": "en",
        "@vocab": "https://schema.org/",
        "sc": "https://schema.org/",
        "cr": "http://mlcommons.org/croissant/",
        "dct": "http://purl.org/dc/terms/",
        "rai": "http://mlcommons.org/croissant/RAI/",
        "conformsTo": "dct:conformsTo",
    }


def _file(folder: Path, table: str) -> dict[str, Any]:
    path = folder / f"data/{table}.parquet"
    return {
        "@type": "cr:FileObject",
        "@id": table,
        "name": table,
        "contentUrl": f"data/{table}.parquet",
        "encodingFormat": "application/x-parquet",
        "contentSize": f"{path.stat().st_size} B",
        "sha256": sha256_of(path),
    }


def _records(config: str, table: str, text: bool) -> dict[str, Any]:
    """The record set of one file: every column of it, lists of records with their fields."""
    fields = [_field(table, name, column) for name, column in schema.columns(config, text).items()]
    return {"@type": "cr:RecordSet", "@id": f"records-{table}", "name": f"records-{table}", "field": fields}


def _splits(facts: dict[str, Any]) -> dict[str, Any]:
    """The splits of each config, with the files that hold them: a row each, in the metadata itself."""
    names = ("config", "split", "files")
    fields = [
        {"@type": "cr:Field", "@id": f"splits/{name}", "name": name, "dataType": "sc:Text", "repeated": name == "files"}
        for name in names
    ]
    data = [
        {"splits/config": config, "splits/split": split, "splits/files": [f"data/{part}.parquet" for part in parts]}
        for config, splits in splits_of(facts["tables"]).items()
        for split, parts in splits.items()
    ]
    return {"@type": "cr:RecordSet", "@id": "splits", "name": "splits", "field": fields, "data": data}


def _field(table: str, name: str, column: dict[str, Any]) -> dict[str, Any]:
    inner = column.get("feature", column)
    field: dict[str, Any] = {"@type": "cr:Field", "@id": f"records-{table}/{name}", "name": name}
    if inner is not column:
        field["repeated"] = True
    source = {"fileObject": {"@id": table}, "extract": {"column": name}}
    if "_type" in inner:
        return field | {"dataType": _type(inner), "source": source}
    parts = [
        {
            "@type": "cr:Field",
            "@id": f"records-{table}/{name}/{part}",
            "name": part,
            "dataType": _type(each),
            "repeated": True,
        }
        | {"source": source | {"transform": {"jsonPath": f"[*].{part}"}}}
        for part, each in inner.items()
    ]
    return field | {"subField": parts}


def _type(column: dict[str, Any]) -> str:
    return _TYPES.get(column.get("dtype", ""), "sc:Integer")  # a ClassLabel is a number
