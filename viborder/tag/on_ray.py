"""Bulk tagging on a Ray cluster: the same chunks, the same function.

Shards, model and output lie on storage that all machines see.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from viborder.errors import Problem, fail
from viborder.tag.chunks import Chunk, Done, plain, tag_chunk, tagger_of


def tag_on_ray(model: str, chunks: list[Chunk], jobs: int) -> Iterator[Done]:
    """Tag chunks with `jobs` actors of Ray Data. A worker that dies is replaced, and its chunk done again.

    Connects to the cluster that RAY_ADDRESS names, or starts one on this machine. Raises ViborderError `ray-missing`.
    """
    try:
        import ray
        import ray.data
    except ImportError:
        raise fail("--engine ray", "ray-missing", "Ray is not installed", "pip install 'viborder[ray]'") from None
    if not chunks:
        return
    if not ray.is_initialized():
        ray.init(log_to_driver=False, include_dashboard=False)
    rows = ray.data.from_items([{"model": model, **plain(chunk)} for chunk in chunks], override_num_blocks=len(chunks))
    work: Any = _Work
    done = rows.map(work, compute=ray.data.ActorPoolStrategy(size=jobs))
    for row in done.iter_rows():
        chunk = Chunk(**{key: row[key] for key in ("shard", "start", "end", "line", "part", "strict")})
        problems = [Problem(*entry) for entry in row["problems"]]
        yield Done(chunk, row["documents"], problems, list(row["notes"]))


class _Work:
    """An actor: keeps the model between chunks."""

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        keys = ("shard", "start", "end", "line", "part", "strict")
        done = tag_chunk(tagger_of(row["model"]), Chunk(**{key: row[key] for key in keys}))
        problems = [(entry.where, entry.rule, entry.message, entry.hint, entry.severity) for entry in done.problems]
        return {
            **{key: row[key] for key in keys},
            "documents": done.documents,
            "problems": problems,
            "notes": done.notes,
        }
