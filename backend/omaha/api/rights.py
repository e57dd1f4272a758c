"""Who may do what to the update service's objects.

Scopes are ``org/<org>/updates/<application>`` and, below that, ``…/group/<id>``. Applications,
channels and packages live at the application; groups and their machines at the group.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from auth.principal import Principal
from auth.role import Verb
from auth.scope import Scope

APPLICATION: Final = "update-application"
CHANNEL: Final = "update-channel"
PACKAGE: Final = "update-package"
GROUP: Final = "update-group"
INSTANCE: Final = "update-instance"

LISTS: Final = "what is listed and counted, by the right to list it in its group"
"""How routes decide that show as much as the caller may see."""


@dataclass(frozen=True, slots=True)
class Visible:
    """What a caller may list: everything, or these whole applications and these groups (by
    application id). Empty means nothing."""

    everything: bool
    applications: frozenset[int] = frozenset()
    groups: tuple[tuple[int, int], ...] = ()

    def group_ids(self, application_id: int) -> frozenset[int] | None:
        """The groups of one application to be shown; None means all of them."""
        if self.everything or application_id in self.applications:
            return None
        return frozenset(group for app, group in self.groups if app == application_id)

    def shows_group(self, application_id: int, group_id: int) -> bool:
        """Whether one group is among them."""
        groups = self.group_ids(application_id)
        return groups is None or group_id in groups

    def application_ids(self) -> frozenset[int] | None:
        """The applications of which anything is to be shown; None means all."""
        if self.everything:
            return None
        return self.applications | {app for app, _ in self.groups}


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

    def visible(self, principal: Principal, kind: str) -> Visible:
        """What the caller may list of `kind`, from the scopes of its bindings."""
        root = self.root()
        applications: set[int] = set()
        groups: set[tuple[int, int]] = set()
        for scope in principal.policy.scopes(kind, Verb.LIST):
            if root[: len(scope)] == scope:
                return Visible(everything=True)
            rest = scope[len(root) :] if scope[: len(root)] == root else ()
            match rest:
                case (app,) | (app, "group") if app.isdecimal():
                    applications.add(int(app))
                case (app, "group", group) if app.isdecimal() and group.isdecimal():
                    groups.add((int(app), int(group)))
                case _:
                    continue
        return Visible(
            everything=False,
            applications=frozenset(applications),
            groups=tuple(sorted(groups)),
        )
