"""Moments as SAML writes them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from auth.oidc.problems import Rejected

__all__ = ["SKEW", "instant", "written"]

SKEW: Final = 60.0
"""Seconds that the provider's clock and ours may differ."""
_FORM: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})"
)


def instant(text: str, what: str) -> float:
    """Unix seconds. Raises `Rejected` for what is no moment, or has no time zone."""
    form = _FORM.fullmatch(text)
    if form is None:
        raise Rejected(f"{what} is no moment in time ({text[:40]!r})")
    try:
        zone = "+00:00" if form[3] == "Z" else form[3]
        return datetime.fromisoformat(form[1] + zone).timestamp() + float(f"0{form[2] or '.0'}")
    except (ValueError, OverflowError):
        raise Rejected(f"{what} is no moment in time ({text[:40]!r})") from None


def written(seconds: float) -> str:
    """The same the other way round."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
