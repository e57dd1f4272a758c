"""What this console is for a SAML provider."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Site"]


@dataclass(frozen=True, slots=True)
class Site:
    """This console for one provider: its entityID, and where answers are posted (the assertion
    consumer service)."""

    entity_id: str
    consumer: str
