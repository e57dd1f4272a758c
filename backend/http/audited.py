"""The request's audit record as a route parameter."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from backend.audit import Audit, origin_of
from backend.db.session import DbSession
from backend.http.guard import CurrentPrincipal
from backend.parts import part
from backend.settings import Settings

__all__ = ["Audited", "StrangerAudited"]


def request_audit(request: Request, db: DbSession, principal: CurrentPrincipal) -> Audit:
    """The record for what the signed-in caller does in this request."""
    return Audit(db, origin_of(request, principal.organisation, principal), principal.policy)


def stranger_audit(
    request: Request, db: DbSession, settings: Annotated[Settings, part(Settings)]
) -> Audit:
    """The record for a request without a session (yet)."""
    return Audit(db, origin_of(request, settings.organisation))


Audited = Annotated[Audit, Depends(request_audit, scope="function")]
"""Route parameter. Its entries are committed with the request's changes, or not at all."""

StrangerAudited = Annotated[Audit, Depends(stranger_audit, scope="function")]
"""Route parameter of public routes."""
