"""Warning before a certificate ends."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from integrations.findings import Certificate

__all__ = ["WARN_SECONDS", "expiry_warning"]

_DAY: Final = 86_400
WARN_SECONDS: Final = 21 * _DAY
"""How long before its end a certificate is spoken of: three weeks to have it renewed."""


def expiry_warning(certificates: Iterable[Certificate], now: float) -> str:
    """What to renew, in a sentence; empty when nothing ends within `WARN_SECONDS`."""
    soon = [c for c in certificates if c.expires - now < WARN_SECONDS]
    if not soon:
        return ""
    first = min(soon, key=lambda c: c.expires)
    day = datetime.fromtimestamp(first.expires, UTC).date().isoformat()
    left = int((first.expires - now) // _DAY)
    if left < 0:
        return f"{first.what} ({first.subject}) expired on {day}"
    when = "today" if left == 0 else "tomorrow" if left == 1 else f"in {left} days"
    return f"{first.what} ({first.subject}) expires {when}, on {day}"
