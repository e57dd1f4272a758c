"""Record changes to the update service in the activity table."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from auth.principal import Principal
from backend.db.activity import ActivityRecord

__all__ = ["record"]

_DETAIL_LIMIT: Final = 8192


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
    session.add(
        ActivityRecord.at_now(
            actor=principal.login,
            action=action.replace(":", "."),
            outcome="success",
            target_kind=kind,
            target=target[:512],
            detail=json.dumps(detail, sort_keys=True, default=str)[:_DETAIL_LIMIT],
        )
    )
