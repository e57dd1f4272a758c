"""Answers of the console's own, as kubectl expects them: a Kubernetes `Status`."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from starlette.types import Send

__all__ = ["NotLet", "send_status", "status"]

_REASONS: Final = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    413: "RequestEntityTooLarge",
    429: "TooManyRequests",
    503: "ServiceUnavailable",
}


class NotLet(Exception):
    """The console does not let this through: `code` is the HTTP status, `str()` the sentence."""

    def __init__(self, code: int, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def status(code: int, sentence: str) -> bytes:
    """The `Status` as JSON."""
    told: dict[str, Any] = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": f"Craton: {sentence}",
        "reason": _REASONS.get(code, "InternalError"),
        "code": code,
    }
    return msgspec.json.encode(told)


async def send_status(send: Send, refused: NotLet, *, websocket: bool = False) -> None:
    """Answer a request, or the handshake of a socket, with the `Status`."""
    kind = "websocket.http.response" if websocket else "http.response"
    headers = [(b"content-type", b"application/json")]
    if refused.code == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    await send({"type": f"{kind}.start", "status": refused.code, "headers": headers})
    await send({"type": f"{kind}.body", "body": status(refused.code, str(refused))})
