"""OAuth's way of asking and refusing: forms, and its words for errors (RFC 6749, section 5.2)."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qs

from fastapi import Request

from backend.errors import BadRequest

__all__ = ["Form", "read_form", "refused"]

_MOST: Final = 8192
_FORM: Final = "application/x-www-form-urlencoded"


class Form:
    """The fields of a form, each at most once."""

    def __init__(self, fields: dict[str, list[str]]) -> None:
        self._fields = fields

    def need(self, name: str) -> str:
        """The field; refused where it is missing or comes twice."""
        found = self._fields.get(name, [])
        if len(found) != 1 or not found[0]:
            raise refused("invalid_request", f"Send the field {name}, once.")
        return found[0]


async def read_form(request: Request) -> Form:
    """The request's form, of 8 KiB and 32 fields at most."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise refused("invalid_request", f"Send a form: Content-Type: {_FORM}.")
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _MOST:
            raise refused("invalid_request", f"The form is too large: {_MOST} bytes at most.")
    try:
        return Form(parse_qs(body.decode("ascii"), max_num_fields=32, keep_blank_values=True))
    except ValueError:
        raise refused("invalid_request", "This is no form.") from None


def refused(code: str, sentence: str) -> BadRequest:
    """The refusal: a problem as any other, with OAuth's two fields beside."""
    return BadRequest(sentence, error=code, error_description=sentence)
