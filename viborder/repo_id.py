"""Names of repositories on the Hub, held against the Hub's own rules before anything is built, trained or sent."""

from __future__ import annotations


def fault(repo_id: str, *, owner_needed: bool = True) -> str | None:
    """Why the Hub would refuse the name, `USER_OR_ORGANISATION/NAME`, or None."""
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils import validate_repo_id

    if owner_needed and repo_id.count("/") != 1:
        return "not the name of a repository and its owner"
    try:
        validate_repo_id(repo_id)
    except HFValidationError as error:
        return str(error).rsplit(": '", 1)[0].rstrip(".:")
    return None
