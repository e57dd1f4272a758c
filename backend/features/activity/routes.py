"""`GET /api/v1/activity/receivers`. The record itself is the collection."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from auth.principal import Principal
from auth.verb import Verb
from backend.db.session import DbSession
from backend.features.activity.forwarded import ReceiverView, views
from backend.http.guard import Requires
from backend.parts import part
from backend.settings import Settings

__all__ = ["router"]

router = APIRouter(tags=["activity"])


@router.get("/activity/receivers")
async def list_receivers(
    caller: Annotated[Principal, Requires("activity", Verb.LIST)],
    settings: Annotated[Settings, part(Settings)],
    db: DbSession,
) -> list[ReceiverView]:
    """Where the record is sent to, how far, and what is wrong with that."""
    return await views(db, caller.organisation, settings.audit_receivers)
