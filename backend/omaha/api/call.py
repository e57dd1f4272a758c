"""One request as every route of this service sees it: who asks, the session, the rights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from auth.principal import Principal
from auth.role import Verb
from backend.db.session import DbSession
from backend.http.guard import CurrentPrincipal
from backend.omaha.api.deps import UpdatesDeps
from backend.omaha.api.rights import APPLICATION, GROUP, INSTANCE, Rights, Visible
from backend.omaha.catalog import edit
from backend.omaha.store.tables import GroupRow, InstanceRow


@dataclass(frozen=True, slots=True)
class Call:
    """The caller and what its request works with."""

    session: AsyncSession
    principal: Principal
    deps: UpdatesDeps

    @property
    def rights(self) -> Rights:
        """Scopes of this organisation."""
        return Rights(self.deps.organisation)

    async def begin(self) -> None:
        """Start an edit: what is read from here on is what will be edited."""
        await edit.begin(self.session)

    def need_root(self, kind: str, verb: Verb) -> None:
        """The caller must hold the right over all updates."""
        self.rights.need(self.principal, kind, verb, self.rights.root())

    def need(self, kind: str, verb: Verb, application_id: int) -> None:
        """The caller must hold the right in the application."""
        scope = self.rights.application(application_id)
        self.rights.need(self.principal, kind, verb, scope)

    def need_group(self, verb: Verb, group: GroupRow, kind: str = GROUP) -> None:
        """The caller must hold the right in the group."""
        scope = self.rights.group(group.application_id, group.id or 0)
        self.rights.need(self.principal, kind, verb, scope)

    def need_instance(self, verb: Verb, instance: InstanceRow) -> None:
        """The caller must hold the right over the machine, which its group decides."""
        scope = self.rights.group(instance.application_id, instance.group_id)
        self.rights.need(self.principal, INSTANCE, verb, scope)

    def visible(self, kind: str = APPLICATION) -> Visible:
        """What the caller may list."""
        return self.rights.visible(self.principal, kind)

    async def audit(
        self, kind: str, verb: str, target: str, detail: Mapping[str, Any] | None = None
    ) -> None:
        """Record the change that this request makes."""
        await self.deps.audit(
            self.session,
            self.principal,
            action=f"{kind}:{verb}",
            kind=kind,
            target=target,
            detail=detail or {},
        )


def _call(request: Request, session: DbSession, principal: CurrentPrincipal) -> Call:
    return Call(session, principal, request.state.updates)


Caller = Annotated[Call, Depends(_call, scope="function")]
"""Route parameter."""
