"""A tagger that learns from every submitted annotation while it goes on suggesting.

An annotation is on disk before its receipt is answered. A child process, started in advance, trains on all of them
together (so that a killed or failed training hurts nothing), and the new model takes the old one's place between two
predictions. After a restart the last model serves at once and what it has not seen is learned.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import viborder
from viborder.document import Document, by_id
from viborder.errors import Problem, ViborderError
from viborder.files import new_file, parse_json, read_bytes, read_whole
from viborder.formats import jsonl
from viborder.labelstudio.learned import corrections, note
from viborder.labelstudio.parts import with_piece
from viborder.train import Tagger, load

PATIENCE = 60.0  # seconds: the longest wait before a failed training is tried again


class Learner:
    """The documents learned from, the model in service, and the thread that keeps it up to date. `folder` survives
    restarts.

    base: documents that are always learned from (the gold); a submitted annotation of the same document takes its
    place.
    overrides: keys of the recipe to set, as `key=value`.
    """

    def __init__(self, folder: Path, recipe: Path, base: Sequence[Document], overrides: Sequence[str] = ()) -> None:
        self._folder, self._recipe, self._base, self._overrides = folder, recipe, by_id(base), tuple(overrides)
        self._submitted = folder / "submitted"
        self._submitted.mkdir(parents=True, exist_ok=True)
        self._files, self._tagging = threading.Lock(), threading.Lock()
        self._wake, self._stopping, self._idle = threading.Event(), threading.Event(), threading.Event()
        self._changed = threading.Event()  # another model has taken over
        self._tagger: Tagger | None = None
        self._digest = ""
        self._spoiled: set[Path] = set()
        self._known: dict[str, Document] = {}  # what the model in service has learned
        self.child: subprocess.Popen[bytes] | None = None  # the training under way
        self._spare: subprocess.Popen[bytes] | None = None  # the next one, which loads what it needs and waits
        self.trainings = 0
        self.failure: Problem | None = None  # of the last training, if it failed
        self._thread = threading.Thread(target=self._learn, name="learner", daemon=True)

    @property
    def version(self) -> str:
        """The version of the model in service; empty before the first."""
        with self._tagging:
            return self._tagger.version if self._tagger else ""

    def start(self) -> None:
        """Serve the last model, and begin to learn what it has not seen."""
        self._spare = self._trainer()
        self._serve_last()
        self._wake.set()
        self._thread.start()

    def stop(self) -> None:
        """Stop learning; a training under way is dropped and done again after the next start."""
        self._stopping.set()
        self._wake.set()
        if self.child is not None and self.child.poll() is None:
            self.child.kill()
        self._thread.join(10)
        if self._spare is not None:
            self._spare.kill()
            self._spare.communicate()

    def wait(self, seconds: float = 60.0) -> bool:
        """Wait until everything submitted has been learned (or the training of it has failed)."""
        return self._idle.wait(seconds)

    def wait_for_change(self) -> bool:
        """Wait until a model has taken over since the last call, and what was submitted meanwhile is learned too; False
        when learning stops.
        """
        while not self._stopping.is_set():
            if self._changed.wait(1.0):
                self._idle.wait(PATIENCE)
                self._changed.clear()
                return not self._stopping.is_set()
        return False

    def submit(self, document: Document, annotation: int, updated_at: str, start: int | None = None) -> bool:
        """Keep an annotation; when this returns it is on disk.

        start: where the text starts in the document of that id, if it is a part of it.
        False where the same or a newer state of it is kept already.
        """
        path = self._path(document.id, annotation)
        with self._files:
            if (known := self._kept(path)) and known["updated_at"] >= updated_at:
                return False
            with new_file(path) as file:
                entry = {"updated_at": updated_at, "start": start, "document": jsonl.to_record(document)}
                json.dump(entry, file, ensure_ascii=False)
                file.flush()
                os.fsync(file.fileno())
            self._idle.clear()
            self._wake.set()
        return True

    def withdraw(self, annotations: Iterable[int]) -> None:
        """Forget annotations that were deleted on the server."""
        with self._files:
            for path in [path for one in annotations for path in self._submitted.glob(f"*-{one}.json")]:
                path.unlink()
            self._idle.clear()
            self._wake.set()

    def tag(self, document: Document) -> tuple[Document, str]:
        """(the document with suggestions, the version that made them); no suggestions before the first model."""
        with self._tagging:  # the tagger is not made for several threads
            if self._tagger is None:
                return document.with_spans(()), ""
            return next(iter(self._tagger.tag([document]))), self._tagger.version

    def documents(self) -> list[Document]:
        """What is learned from: the base, and the newest annotation of each document, and of each part of one. A part
        takes the place of what is known of it; where nothing is, it is a document of its own.
        """
        newest: dict[tuple[str, int], tuple[str, Document]] = {}
        with self._files:
            kept = [self._kept(path) for path in sorted(self._submitted.glob("*.json"))]
        for entry in filter(None, kept):
            document, start = jsonl.from_record(entry["document"], "", []), entry.get("start")
            if document is not None:
                key = document.id, -1 if start is None else int(start)
                if entry["updated_at"] >= newest.get(key, ("",))[0]:
                    newest[key] = entry["updated_at"], document
        found = dict(self._base)
        for (identity, start), (_, document) in sorted(newest.items()):  # whole documents before their parts
            known = found.get(identity)
            if start >= 0 and known is not None and known.text.startswith(document.text, start):
                found[identity] = with_piece(known, document, start)
            else:
                name = identity if start < 0 else f"{identity} [{start}:{start + len(document.text)}]"
                found[name] = replace(document, id=name)
        return [*found.values()]

    def _kept(self, path: Path) -> dict[str, Any] | None:
        """An annotation that was kept; None where there is none, or none that can be read, which is said once."""
        try:
            entry: dict[str, Any] = parse_json(read_bytes(path))
            if isinstance(entry["updated_at"], str) and isinstance(entry["document"], dict):
                return entry
        except (ViborderError, ValueError, KeyError, TypeError):
            pass
        if path.exists() and path not in self._spoiled:
            self._spoiled.add(path)
            hint = "submit the annotation again; what is in the other files is learned"
            print(Problem(str(path), "submitted-unreadable", "not an annotation that was kept", hint), file=sys.stderr)
        return None

    def _path(self, identity: str, annotation: int) -> Path:
        return self._submitted / f"{sha256(identity.encode()).hexdigest()[:16]}-{annotation}.json"

    def _learn(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            self._wake.wait(min(2.0**failures, PATIENCE) if failures else None)
            self._wake.clear()
            failures = 0 if self._try() else failures + 1
            if self._spare is None and not self._stopping.is_set():
                self._spare = self._trainer()
            with self._files:
                if not self._wake.is_set():
                    self._idle.set()

    def _try(self) -> bool:
        """Learn what the model in service has not; False where that failed."""
        try:
            documents = self.documents()
            digest = self._digest_of(documents)
            if digest == self._digest or not documents or self._stopping.is_set():
                return True
            return self._train(documents, digest)
        except (OSError, ViborderError) as error:  # a full disk, a model that cannot be read: the thread must live on
            self.failure = Problem(str(self._folder), "training-failed", str(error)[:300], "it will be tried again")
            print(self.failure, file=sys.stderr)
            return False

    def _train(self, documents: Sequence[Document], digest: str) -> bool:
        training, out = self._folder / "training.jsonl", self._folder / "models" / digest[:16]
        jsonl.write(training, documents)
        arguments = [str(self._recipe), "--train", str(training), "--out", str(out), *self._overrides]
        begin = time.monotonic()
        self.child = self._spare if self._spare is not None and self._spare.poll() is None else self._trainer()
        self._spare = None
        _, said = self.child.communicate(json.dumps(arguments).encode() + b"\n")
        seconds = time.monotonic() - begin
        self.trainings += 1
        if self.child.returncode:
            last = (said.decode("utf-8", "replace").strip().splitlines() or [f"ended with {self.child.returncode}"])[-1]
            hint = "the last model goes on serving; it will be tried again"
            self.failure = Problem(str(self._recipe), "training-failed", last[:300], hint)
            if not self._stopping.is_set():
                print(self.failure, file=sys.stderr)
            return False
        self.failure = None
        fresh = [one for one in documents if self._known and self._known.get(one.id) != one]
        articles = {one.id: self._corrections(one) for one in fresh}
        told = self._known.keys() - {one.id for one in documents} or articles
        self._serve(out, digest)
        self._known = by_id(documents)
        if told:
            print(note(self._folder, articles, seconds, self.version), file=sys.stderr, flush=True)
        with new_file(self._folder / "current.json") as file:
            json.dump({"model": out.name, "digest": digest}, file)
        for old in (self._folder / "models").iterdir():
            if old != out:
                shutil.rmtree(old, ignore_errors=True)
        return True

    def _trainer(self) -> subprocess.Popen[bytes]:
        """A process that is ready to train, or soon will be."""
        ours = [str(Path(viborder.__file__).parents[1]), *filter(None, sys.path)]  # the child imports what we import
        return subprocess.Popen(
            [sys.executable, "-m", "viborder.labelstudio.trainer", str(self._recipe)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(ours)},
        )

    def _corrections(self, document: Document) -> int | None:
        """How many corrections of the model in service an annotation has; None where it cannot be asked."""
        try:
            return corrections(document, self.tag(document.with_spans(()))[0])
        except ViborderError:  # such as a language model that is away: what was learned is served all the same
            return None

    def _serve_last(self) -> None:
        try:
            current: dict[str, Any] = json.loads((self._folder / "current.json").read_text(encoding="utf-8"))
            self._serve(self._folder / "models" / current["model"], current["digest"])
            self._known = by_id(jsonl.read(self._folder / "training.jsonl"))
        except (OSError, ValueError, KeyError, ViborderError):
            return  # none yet, or none that can be read: one is trained now

    def _serve(self, folder: Path, digest: str) -> None:
        tagger = load(folder)
        with self._tagging:
            self._tagger, self._digest = tagger, digest
        self._changed.set()

    def _digest_of(self, documents: Sequence[Document]) -> str:
        digest = sha256(read_whole(self._recipe) + repr(self._overrides).encode())
        for document in sorted(documents, key=lambda one: one.id):
            digest.update(jsonl.dumps(document).encode("utf-8", "surrogatepass"))
        return digest.hexdigest()
