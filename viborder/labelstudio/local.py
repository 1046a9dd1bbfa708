"""`viborder labelstudio up`: a server to try things with, and the file that tells the other verbs where it is."""

from __future__ import annotations

import re
import secrets
import signal
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from viborder.errors import Problem, ViborderError, fail
from viborder.files import new_file
from viborder.labelstudio import guidelines, server, signup
from viborder.labelstudio.client import Client
from viborder.labelstudio.interface import ensure_project


def run(program: Path, data: Path, port: int, annotators: Sequence[str], title: str, guide: Path | None = None) -> None:
    """Run a server until Ctrl+C or SIGTERM; beside it the page of the guidelines, if there are any.

    guide: the guidelines in Markdown. `data/env` and `data/accounts` hold what is secret, readable by their owner only.
    Raises ViborderError `server-died` and what starting raises.
    """
    print("Starting Label Studio (10 s; up to two minutes on a busy machine) …", file=sys.stderr)
    running = server.start(program, data, port=port)
    asked: list[int] = []  # signals to stop

    def stop(number: int, _: object) -> None:
        asked.append(number)
        running.process.terminate()

    signal.signal(signal.SIGTERM, stop)
    try:
        owner = Client(running.url, running.token)
        ensure_project(owner, title)
        served = guidelines.serve_beside(guidelines.page(guide), port and port + 1) if guide else ""
        address = guidelines.link(owner, title, served) if served else ""
        accounts = _accounts(data / "accounts", {"owner": running.password}, annotators)
        for name in annotators:
            signup.add_annotator(owner, f"{name}@viborder.local", accounts[name])
        known = dict(line.removeprefix("export ").split("=", 1) for line in _lines(data / "env"))
        password = known.get("VIBORDER_SERVE_PASSWORD") or secrets.token_urlsafe(16)
        exports = {
            "LABEL_STUDIO_URL": running.url,
            "LABEL_STUDIO_API_KEY": running.token,
            "VIBORDER_SERVE_PASSWORD": password,
            **({guidelines.ADDRESS: address} if address else {}),
        }
        _secret(data / "env", [f"export {name}={value}" for name, value in exports.items()])
        print(f"Label Studio is at {running.url}; accounts are in {data / 'accounts'}", file=sys.stderr)
        if address:
            print(f"The guidelines are at {address}", file=sys.stderr)
        print(f"In another terminal: source {data / 'env'}", file=sys.stderr)
        code = running.process.wait()
        if not asked:
            log = data / "server.log"
            raise fail(log, "server-died", f"Label Studio ended with {code}", "see its log, and start it again")
    finally:
        running.stop()


def check_names(annotators: Sequence[str]) -> None:
    """Raise ViborderError `annotator-name` for every name that cannot stand before the @ of an address."""
    problems = []
    for name in annotators:
        if not re.fullmatch(r"[A-Za-z0-9]+([._-][A-Za-z0-9]+)*", name):
            plain = unicodedata.normalize("NFD", name.lower().replace("đ", "d")).encode("ascii", "ignore").decode()
            better = re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "lan"
            said = f"{name!r} cannot stand before the @ of an address"
            problems.append(Problem("--annotator", "annotator-name", said, f"such as --annotator {better}"))
    if problems:
        raise ViborderError(problems)


def _accounts(path: Path, fixed: dict[str, str], names: Sequence[str]) -> dict[str, str]:
    """Name → password, drawn once, kept in a file with the address to sign in with."""
    known = {line.split()[0].split("@")[0]: line.split()[1] for line in _lines(path)}
    known |= fixed | {name: known.get(name) or secrets.token_urlsafe(9) for name in names}
    _secret(path, [f"{name}@viborder.local {password}" for name, password in known.items()])
    return known


def _secret(path: Path, content: Sequence[str]) -> None:
    path.touch(mode=0o600)
    with new_file(path) as file:
        file.write("".join(f"{line}\n" for line in content))
    path.chmod(0o600)


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []
