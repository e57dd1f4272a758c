"""Why a live socket is closed."""

from __future__ import annotations

from enum import IntEnum

__all__ = ["Close", "CloseCode"]


class CloseCode(IntEnum):
    """The protocol's close codes."""

    PROTOCOL = 4400
    SESSION_ENDED = 4401
    NO_RIGHT = 4403
    NO_PONG = 4408
    TOO_MANY = 4429


class Close(Exception):
    """The socket is to be closed with `code`; `reason` says why, in at most 120 characters."""

    def __init__(self, code: CloseCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason[:120]
