"""Whether a directory lets somebody in, by what it keeps of their account.

Active Directory (`userAccountControl`, `accountExpires`), shadow accounts (RFC 2307), the password
policy of OpenLDAP, 389 and FreeIPA. A lock that wears off by itself is left to the bind: it comes
of wrong passwords, and would let anybody end the sessions of others.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from auth.ldap.entries import Entry

__all__ = ["ATTRIBUTES", "against"]

ATTRIBUTES: Final = (
    "userAccountControl",
    "accountExpires",
    "shadowExpire",
    "pwdAccountLockedTime",
    "nsAccountLock",
    "krbPrincipalExpiration",
    "loginDisabled",
)
"""What a search has to ask for."""
_DISABLED: Final = 0x2
_FOR_EVER: Final = (0, 0x7FFF_FFFF_FFFF_FFFF)
_WINDOWS_TO_UNIX: Final = 11_644_473_600
_HUNDRED_NANOSECONDS: Final = 10_000_000
_DAY: Final = 86_400
_LOCKED: Final = "000001010000Z"
"""The time that says: until somebody unlocks it (draft-behera-ldap-password-policy)."""


def against(entry: Entry, now: float) -> str:
    """Why this account may not be used at `now` (Unix seconds); empty where it may. What cannot
    be read counts as a reason: it says something, and it may be this."""
    try:
        return _disabled(entry) or _expired(entry, now)
    except (ValueError, OverflowError):
        return "what the directory says of the account's state cannot be read"


def _disabled(entry: Entry) -> str:
    if int(entry.text("userAccountControl") or 0) & _DISABLED:
        return "the account is disabled (userAccountControl)"
    for attribute in ("nsAccountLock", "loginDisabled"):
        if entry.text(attribute).strip().lower() in {"true", "1", "yes"}:
            return f"the account is disabled ({attribute})"
    if entry.text("pwdAccountLockedTime") == _LOCKED:
        return "the account is locked by an administrator (pwdAccountLockedTime)"
    return ""


def _expired(entry: Entry, now: float) -> str:
    ticks = int(entry.text("accountExpires") or 0)
    if ticks not in _FOR_EVER and now >= ticks / _HUNDRED_NANOSECONDS - _WINDOWS_TO_UNIX:
        return "the account has expired (accountExpires)"
    days = int(entry.text("shadowExpire") or -1)
    if days >= 0 and now >= days * _DAY:
        return "the account has expired (shadowExpire)"
    ends = entry.text("krbPrincipalExpiration")
    if ends and now >= _time(ends):
        return "the account has expired (krbPrincipalExpiration)"
    return ""


def _time(written: str) -> float:
    """Unix seconds of a generalized time in UTC."""
    digits = written.partition(".")[0].removesuffix("Z")
    return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC).timestamp()
