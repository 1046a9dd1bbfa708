"""Who made an annotation and who changed it: accounts of the server, and the names that passes are called by.

A name is bound to an account for ever, in a file beside the passes. An account is told apart by a hash of its address;
the address itself is written nowhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from viborder.errors import Problem, fail
from viborder.files import new_file
from viborder.labelstudio.client import Client

NAMES = ".accounts.json"  # beside the passes: account → name


@dataclass(slots=True)
class People:
    """The users of a server: `own` is (account, name that the address gives) by the server's number of a user, `bound`
    account → name, those of other servers among them.

    problems: a warning for every account that is bound now and whose own name another account has already.
    """

    own: dict[int, tuple[str, str]] = field(default_factory=dict)
    bound: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def name(self, number: int) -> str:
        """The name of a user, bound to the account from now on: what stands before the @ of the address, and a number
        where another account had that name first. One who has left the server is called by the number.
        """
        if number not in self.own:
            return f"user-{number}"
        account, own = self.own[number]
        if account not in self.bound:
            taken, name, count = set(self.bound.values()), own, 1
            while name in taken:
                count += 1
                name = f"{own}-{count}"
            if count > 1:
                said = f"another account is called {own!r}: the pass of user {number} is {name!r}, for ever"
                self.problems.append(Problem(f"user {number}", "name-taken", said, "no work is mixed", "warning"))
            self.bound[account] = name
        return self.bound[account]


def people(client: Client, folder: Path | None = None) -> People:
    """The users of a server.

    folder: of the passes, where names that were bound before are read; nothing is written.
    Raises ViborderError `accounts-unreadable`.
    """
    found = People(bound=_bound(folder / NAMES) if folder else {})
    for user in client.ask(client.sdk.users.list):
        address = str(user.get("email") or user.get("username"))
        own = re.sub(r"[^a-z0-9]+", "-", address.split("@")[0].lower()).strip("-") or "user"
        found.own[int(user["id"])] = (sha256(address.lower().encode()).hexdigest()[:16], own)
    return found


def keep(found: People, folder: Path) -> None:
    """Write the names that are bound."""
    if found.bound != _bound(folder / NAMES):
        with new_file(folder / NAMES) as file:
            json.dump(found.bound, file, ensure_ascii=False, indent=1, sort_keys=True)
            file.write("\n")


def author(annotation: Mapping[str, Any]) -> int:
    """The number of the user who made an annotation; 0 where the server does not say."""
    return _user(annotation.get("completed_by"))


def editor(annotation: Mapping[str, Any]) -> int | None:
    """The number of the user who changed an annotation last, if it is not the one who made it."""
    last = _user(annotation.get("updated_by"))
    return last if last and last != author(annotation) else None


def _user(value: Any) -> int:
    number = value.get("id") if isinstance(value, dict) else value
    return number if isinstance(number, int) else 0


def _bound(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return {str(account): str(name) for account, name in found.items()}
    except (ValueError, AttributeError):
        hint = "restore it; without it the passes of two people may be mixed"
        raise fail(path, "accounts-unreadable", "not the names of accounts that `pull` wrote", hint) from None
