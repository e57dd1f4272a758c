"""Record changes to the update service in the activity table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from auth.principal import Principal
from auth.scope import organisation
from backend.audit import Audit, Change, Origin, Target

__all__ = ["record"]


async def record(
    session: AsyncSession,
    principal: Principal,
    *,
    action: str,
    kind: str,
    target: str,
    detail: Mapping[str, Any],
) -> None:
    """Add an entry in the caller's transaction (`backend.omaha.api.deps.Audit`)."""
    where = (*organisation(principal.organisation), "updates")
    audit = Audit(session, Origin.of(principal), principal.policy)
    verb = action.partition(":")[2]
    audit.did(verb, Target(kind, "", target, where), change=Change.of(detail, show=detail))
