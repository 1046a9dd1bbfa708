"""What our own Label Studio server forbids, though the open-source edition has no setting for it: that one person opens or
changes an annotation that another has made. The owner of the project may.

Label Studio asks a class that its settings name (`ANNOTATION_MIXIN`) whether a user may have an annotation. The settings
below are its own, with another class.
"""

from __future__ import annotations

from pathlib import Path

from viborder.files import new_file

MODULE = "viborder_studio"

_SETTINGS = """from core.settings.base import *  # noqa: F403

SENTRY_DSN = ""
# While these are read, Label Studio asks for settings that stand above.
from label_studio.core.settings.label_studio import *  # noqa: E402, F403


class OnlyItsAuthor:
    def has_permission(self, user):
        return user.id in (self.completed_by_id, self.project.created_by_id)


ANNOTATION_MIXIN = "viborder_studio.OnlyItsAuthor"
"""


def settings(data: Path) -> dict[str, str]:
    """The environment in which a server of `data` obeys; the settings are written there."""
    folder = (data / "settings").absolute()
    folder.mkdir(parents=True, exist_ok=True)
    with new_file(folder / f"{MODULE}.py") as file:
        file.write(_SETTINGS)
    return {"DJANGO_SETTINGS_MODULE": MODULE, "PYTHONPATH": str(folder)}
