"""One request as every route of this service sees it: who asks, the session, the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from auth.principal import Principal
from auth.role import Verb
from backend.audit import Audit, Change, Target
from backend.db.session import DbSession
from backend.http.audited import Audited
from backend.http.guard import CurrentPrincipal, require
from backend.omaha.api.deps import UpdatesDeps
from backend.omaha.api.targets import Recorded, target_of
from backend.omaha.catalog import edit, groups
from backend.omaha.domain.rights import APPLICATION, INSTANCE, Rights
from backend.omaha.store.tables import GroupRecord, InstanceRecord


@dataclass(frozen=True, slots=True)
class Call:
    """The caller and what its request works with. The route's guard has let it pass."""

    session: AsyncSession
    principal: Principal
    deps: UpdatesDeps
    audit: Audit

    @property
    def rights(self) -> Rights:
        """Scopes of this organisation."""
        return Rights(self.deps.organisation)

    async def begin(self) -> None:
        """Start an edit: what is read from here on is what will be edited."""
        await edit.begin(self.session)

    def need_member(self, verb: Verb, group: GroupRecord) -> None:
        """The caller must hold the right over machines of a group that the body names."""
        scope = self.rights.group(group.application_id, group.id or 0)
        require(self.principal, INSTANCE, verb, scope, "group")

    def need_instance(self, verb: Verb, instance: InstanceRecord) -> None:
        """The caller must hold the right over the machine where it is now: its group may have
        changed since the guard looked."""
        scope = self.rights.group(instance.application_id, instance.group_id)
        require(self.principal, INSTANCE, verb, scope, "machine")

    def need(self, kind: str, verb: Verb, application_id: int) -> None:
        """The caller must hold the right in the application."""
        require(self.principal, kind, verb, self.rights.application(application_id))

    def lists(self, kind: str, application_id: int, group_id: int | None = None) -> bool:
        """Whether the caller may list `kind` in all of the application, or in one group."""
        scope = self.rights.application(application_id)
        if group_id is not None:
            scope = self.rights.group(application_id, group_id)
        return self.principal.policy.decide(kind, Verb.LIST, scope).allowed

    async def listed(self, kind: str, application_id: int) -> frozenset[int] | None:
        """The groups of the application in which the caller may list `kind`, None for all;
        404 when there are none and the application is not theirs to see."""
        if self.lists(kind, application_id):
            return None
        every = await groups.ids(self.session, application_id)
        seen = frozenset(key for key in every if self.lists(kind, application_id, key))
        if not seen:
            self.need(APPLICATION, Verb.GET, application_id)
        return seen

    def target(self, row: Recorded, name: str = "") -> Target:
        """What the record calls the object of `row`."""
        return target_of(self.rights, row, name)

    def did(
        self,
        action: str,
        about: Recorded | Target,
        detail: Mapping[str, Any] | None = None,
        *,
        name: str = "",
        right: Verb | None = None,
    ) -> None:
        """Record what this request does to an object, under `name` if given. Nothing here is
        secret, so every field of `detail` shows its value."""
        given = detail or {}
        self.audit.did(
            action,
            about if isinstance(about, Target) else self.target(about, name),
            change=Change.of(given, show=given),
            right=right,
        )


def _call(
    request: Request, session: DbSession, principal: CurrentPrincipal, audit: Audited
) -> Call:
    return Call(session, principal, request.state.updates, audit)


Caller = Annotated[Call, Depends(_call, scope="function")]
"""Route parameter."""
