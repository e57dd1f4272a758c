"""What the result of a bind means (RFC 4511, appendix A; Active Directory's sub-codes)."""

from __future__ import annotations

import re
from typing import Final

from auth.ldap.messages import Result

__all__ = ["BUSY", "NOT_THERE", "PARTIAL", "SUCCESS", "refusal"]

SUCCESS: Final = 0
PARTIAL: Final = frozenset({4, 11})
"""Some of what was asked for was told, and not all."""
NOT_THERE: Final = frozenset({10, 32})
"""No such entry; or it is kept by another server, which is not asked (referrals are off)."""
BUSY: Final = frozenset({1, 2, 3, 51, 52, 80})
"""The server could not answer: another one may."""
_POLICY: Final = {
    0: "the password has expired",
    1: "the account is locked",
    2: "the password has to be changed first",
}
_SUB_CODES: Final = {
    "525": "the directory does not know the user",
    "52e": "the password is wrong",
    "530": "the user may not sign in at this time",
    "531": "the user may not sign in from here",
    "532": "the password has expired",
    "533": "the account is disabled",
    "701": "the account has expired",
    "773": "the password has to be changed first",
    "775": "the account is locked",
}
_SUB_CODE: Final = re.compile(r"\bdata ([0-9a-f]{2,4})\b")


def refusal(result: Result) -> str:
    """Why the directory does not accept the name and password, for an administrator; empty where
    it does. A password that has to be changed first opens nothing, although its bind succeeds."""
    if result.policy in _POLICY:
        return _POLICY[result.policy]
    if result.code == SUCCESS:
        return ""
    found = _SUB_CODE.search(result.words)
    if found and found[1] in _SUB_CODES:
        return _SUB_CODES[found[1]]
    words = f": {result.words}" if result.words else ""
    return f"the directory refused the name or the password (result {result.code}{words})"
