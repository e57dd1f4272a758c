"""Signing out at the provider too (OpenID Connect RP-Initiated Logout 1.0)."""

from __future__ import annotations

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from auth.oidc.provider import OidcProvider
from backend.providers.service import Providers
from backend.providers.sessions import ID_TOKEN
from backend.providers.table import SESSIONS, ProviderSession
from backend.secrets.envelope import SecretProblem

__all__ = ["leaving"]

_log = structlog.get_logger("craton.providers")


async def leaving(db: AsyncSession, providers: Providers, session_id: str, back: str) -> str:
    """Where the browser goes to end the session at the provider that opened `session_id`, and
    comes `back` from; empty where none did, or it is not known to have such a place: signing out
    here never asks it."""
    row = await db.get(ProviderSession, session_id)
    known = await providers.find(db, row.provider) if row else None
    if row is None or known is None or not isinstance(known.provider, OidcProvider):
        return ""
    try:
        held = await providers.secrets.open(db, SESSIONS, session_id)
    except SecretProblem as error:
        _log.info("no sign-out at the provider", provider=row.provider, reason=str(error))
        return ""
    protocol = providers.loaded_protocol
    if protocol is None:
        return ""
    return protocol.leaving(
        known.provider, declared=known.declared, id_token=held.get(ID_TOKEN, ""), back=back
    )
