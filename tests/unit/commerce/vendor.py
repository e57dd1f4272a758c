"""A vendor with keys of its own, for tests: what it signs is really signed."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec

from backend.commerce.licence.document import Licence
from backend.commerce.licence.issuing import issue, new_key, public_key, signed_revocations
from backend.commerce.licence.keys import KeySet
from backend.commerce.licence.revocation import Revocations
from backend.commerce.licence.verify import Verified, verify

CLAIMS: dict[str, Any] = {
    "iss": "https://licences.example",
    "sub": "ACC-1",
    "jti": "LIC-1",
    "iat": 1795219200,
    "schema": 3,
    "sequence": 1,
    "edition": "premium",
    "not_before": "2026-11-21",
    "expires_on": "2027-11-30",
}


def licence(**claims: Any) -> Licence:
    """A licence of these claims, the rest as in `CLAIMS`."""
    return msgspec.convert(CLAIMS | claims, Licence)


def believed(one: Licence, *, kid: str = "k", demo: bool = False) -> Verified:
    """As if it had been verified; for what comes after."""
    return Verified(one, "", kid, demo)


class Vendor:
    """Keys, and what is signed with them."""

    def __init__(self, *, demo: bool = False) -> None:
        self.root, self.current, self.next = new_key(), new_key(), new_key()
        public = (
            public_key(self.root, "root", demo=demo),
            public_key(self.current, "current", demo=demo),
            public_key(self.next, "next", demo=demo),
        )
        self.keys = KeySet({key.kid: key for key in public})

    def token(self, **claims: Any) -> str:
        """A signed licence."""
        return issue(licence(**claims), self.current)

    def verified(self, **claims: Any) -> Verified:
        """The same, verified."""
        return verify(self.token(**claims), self.keys)

    def revoking(self, *, jti: tuple[str, ...] = (), kid: tuple[str, ...] = ()) -> KeySet:
        """The key set with a revocation list."""
        listed = signed_revocations(Revocations(1, jti, kid), self.root)
        return KeySet(self.keys.keys, listed)


DAY = 86_400.0


def at(year: int, month: int, day: int, hour: float = 0.0) -> float:
    """Unix seconds of that hour, UTC."""
    return (date(year, month, day) - date(1970, 1, 1)).days * DAY + hour * 3600
