"""Running the ML backend: listen first, then make it known to the project."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from viborder.document import Document
from viborder.errors import ViborderError, fail
from viborder.files import sole
from viborder.labelstudio import guidelines
from viborder.labelstudio.client import Client
from viborder.labelstudio.connect import connect
from viborder.labelstudio.learner import Learner
from viborder.labelstudio.renew import keep_renewed
from viborder.labelstudio.serve import app

PASSWORD = "VIBORDER_SERVE_PASSWORD"


def quick(recipe: Path) -> list[str]:
    """What makes the default kind of recipe fast enough to learn between two documents: nothing is tuned or
    calibrated by held-out documents, and no copies with other names are added. Other kinds are trained as they stand.
    Raises what reading a recipe raises.
    """
    from viborder.train.recipe import load_recipe

    return ["folds=0", "copies=0"] if load_recipe(recipe, ()).get("kind") == "crf" else []


def run(
    recipe: Path,
    base: Sequence[Document],
    state: Path,
    *,
    host: str,
    port: int,
    owner: Client | None,
    title: str,
    overrides: Sequence[str] = (),
    guide: Path | None = None,
) -> None:
    """Serve until interrupted. With `owner`, the backend is connected to the project first of all.

    guide: guidelines in Markdown, shown at /guidelines to whoever asks, and linked to the project.

    Raises ViborderError `not-configured` without a password in the environment, `folder-in-use`, `port-taken`, and what
    `connect` raises.
    """
    import uvicorn

    password = os.environ.get(PASSWORD, "")
    if len(password) < 8:
        hint = "8 characters or more; `viborder labelstudio up` writes one into build/labelstudio/env"
        raise fail("", "not-configured", f"{PASSWORD} not set, or too short", hint)
    with sole(state):
        learner = Learner(state, recipe, base, overrides)
        learner.start()
        page = guidelines.page(guide) if guide else ""
        server = uvicorn.Server(
            uvicorn.Config(app(learner, password, page), host=host, port=port, log_level="critical", access_log=False)
        )
        errors: list[ViborderError] = []
        joined = threading.Thread(
            target=_join,
            args=(server, learner, owner, title, f"http://{host}:{port}", password, errors, bool(page)),
            daemon=True,
        )
        joined.start()
        try:
            server.run()
        except SystemExit:
            if not server.started:
                raise fail(
                    f"{host}:{port}", "port-taken", "cannot listen there", "choose another with --port"
                ) from None
        finally:
            learner.stop()
    if errors:
        raise errors[0]


def _join(
    server: object,
    learner: Learner,
    owner: Client | None,
    title: str,
    url: str,
    password: str,
    errors: list[ViborderError],
    has_page: bool,
) -> None:
    """Wait until the backend listens and has a model, then connect it, and renew suggestions as long as it learns; what
    fails before that ends the server.
    """
    import time

    while not server.started:  # type: ignore[attr-defined]
        time.sleep(0.05)
    learner.wait()
    if learner.failure is not None and not learner.version:
        errors.append(ViborderError(learner.failure))
        server.should_exit = True  # type: ignore[attr-defined]
        return
    number = 0
    try:
        if owner is not None:
            number = connect(owner, title, url, password, learner)
            if has_page:
                print(f"guidelines at {guidelines.link(owner, title, url + guidelines.PAGE)}", file=sys.stderr)
    except ViborderError as error:
        errors.append(error)
        server.should_exit = True  # type: ignore[attr-defined]
        return
    print(f"serving model {learner.version} at {url}" + (f", connected to {title!r}" if owner else ""), file=sys.stderr)
    if owner is not None:
        keep_renewed(owner, number, learner)
