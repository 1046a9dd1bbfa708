"""Which model: the one that comes with the package, a folder, or one of the Hugging Face Hub."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from viborder.errors import ViborderError, fail
from viborder.shipped import FOLDER

_HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
PATIENCE = 8.0  # seconds until a Hub that does not answer is given up


def model_folder(model: str | Path | None = None, revision: str | None = None) -> Path:
    """The folder of a model. None: the one that comes with the package. A folder is taken as it is; a string
    `OWNER/NAME` that is no folder is looked for on the Hub, or in the Hub's cache where the Hub cannot be reached.

    Raises ViborderError: `model-missing`, `hub-not-found`, `hub-unauthorised`, `hub-unreachable`.
    """
    if model is None:
        return FOLDER
    if Path(model).exists():
        return Path(model)
    if isinstance(model, str) and _HUB_ID.fullmatch(model):
        return _from_hub(model, revision)
    raise fail(
        model,
        "model-missing",
        "no such folder",
        "a folder that `viborder train` wrote, a Hub id OWNER/NAME, or no model for the one that comes with viborder",
    )


def model_and_inputs(model: str | None, inputs: Sequence[str]) -> tuple[Path, list[str]]:
    """The model folder and what is to be tagged, of `viborder tag [MODEL] INPUT…`.

    model: what `--model` names. Without it the first input is the model where it is a folder with a `model.json`;
    otherwise the model that comes with viborder is taken.
    Raises ViborderError: `model-missing`, `input-missing`, and those of `model_folder`.
    """
    first, *others = inputs
    if model is not None:
        return model_folder(model), list(inputs)
    if (Path(first) / "model.json").is_file():
        if not others:
            raise fail(first, "input-missing", "a model, and no text to tag", "viborder tag MODEL text.txt")
        return Path(first), others
    if first != "-" and not Path(first).exists():
        raise fail(
            first,
            "input-missing",
            "no such file or folder: neither a text nor a model",
            "texts are files or folders; a model is a folder with model.json; `--model OWNER/NAME` takes one of the Hub",
        )
    return model_folder(), list(inputs)


def _from_hub(repo_id: str, revision: str | None) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import (
        GatedRepoError,
        HfHubHTTPError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    try:
        return Path(snapshot_download(repo_id, revision=revision, etag_timeout=PATIENCE))
    except RevisionNotFoundError:
        raise fail(repo_id, "hub-not-found", f"the Hub has no revision {revision!r} of it", "name another") from None
    except GatedRepoError:
        raise fail(
            repo_id, "hub-unauthorised", "its owner gives access on request", "ask for it on the Hub, and set HF_TOKEN"
        ) from None
    except RepositoryNotFoundError:
        raise fail(
            repo_id,
            "hub-not-found",
            "no such folder here, and no such model on the Hub",
            "check the name; a private model needs HF_TOKEN",
        ) from None
    except LocalEntryNotFoundError:
        raise _unreachable(repo_id) from None
    except HfHubHTTPError as error:
        message = f"the Hub refused ({error.response.status_code})"
        raise fail(repo_id, "hub-refused", message, "try again later") from None
    except OSError as error:
        raise fail(repo_id, "hub-refused", str(error).split("\n")[0][:200], "see what it says") from None


def _unreachable(repo_id: str) -> ViborderError:
    return fail(
        repo_id,
        "hub-unreachable",
        "no such folder here, it was not downloaded before, and the Hub cannot be reached",
        "check the path or the network; HF_ENDPOINT names another Hub",
    )
