"""Who may do what to the update service's objects.

Scopes are ``org/<org>/updates/<application>`` and, below that, ``…/group/<id>``. Applications,
channels and packages live at the application; groups and their machines at the group.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from auth.scope import Scope

APPLICATION: Final = "update-application"
CHANNEL: Final = "update-channel"
PACKAGE: Final = "update-package"
GROUP: Final = "update-group"
INSTANCE: Final = "update-instance"
MIRROR: Final = "update-mirror"
REFUSED: Final = "update-refused"

LISTS: Final = "what is listed and counted, by the right to list it in its group"
"""How routes decide that show as much as the caller may see."""


@dataclass(frozen=True, slots=True)
class Rights:
    """Scopes and decisions for one organisation."""

    organisation: str

    def root(self) -> Scope:
        """All updates: where an application is created and payloads are kept."""
        return ("org", self.organisation, "updates")

    def application(self, application_id: int) -> Scope:
        """One application with its channels, packages and groups."""
        return (*self.root(), str(application_id))

    def group(self, application_id: int, group_id: int) -> Scope:
        """One group with its machines."""
        return (*self.application(application_id), "group", str(group_id))
