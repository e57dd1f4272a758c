"""OAuth's way of asking and refusing: forms, and its words for errors (RFC 6749, section 5.2).

Its clients are programs of others, which read `error` and `error_description` of a JSON object and
know no problem+json.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final
from urllib.parse import parse_qs

from fastapi import Request

from backend.errors import BadRequest

__all__ = ["OAUTH_ERRORS", "Form", "OAuthRefusal", "read_form", "refused"]

_MOST: Final = 8192
_FORM: Final = "application/x-www-form-urlencoded"


class Form:
    """The fields of a form, each at most once."""

    def __init__(self, fields: dict[str, list[str]]) -> None:
        self._fields = fields

    def find(self, name: str) -> str:
        """The field, empty where it is missing; refused where it comes twice."""
        found = self._fields.get(name, [])
        if len(found) > 1:
            raise refused("invalid_request", f"Send the field {name} once.")
        return found[0] if found else ""

    def need(self, name: str) -> str:
        """The field; refused where it is missing or comes twice."""
        found = self._fields.get(name, [])
        if len(found) != 1 or not found[0]:
            raise refused("invalid_request", f"Send the field {name}, once.")
        return found[0]


async def read_form(request: Request, most: int = _MOST) -> Form:
    """The request's form, of `most` bytes (8 KiB) and 32 fields at most."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise refused("invalid_request", f"Send a form: Content-Type: {_FORM}.")
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > most:
            raise refused("invalid_request", f"The form is too large: {most} bytes at most.")
    try:
        return Form(parse_qs(body.decode("ascii"), max_num_fields=32, keep_blank_values=True))
    except ValueError:
        raise refused("invalid_request", "This is no form.") from None


class OAuthRefusal(BadRequest):
    """400 as OAuth says it: `code` is one of its words, `detail` the sentence."""

    media_type: ClassVar[str] = "application/json"

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code

    def body(self, instance: str = "") -> dict[str, Any]:  # noqa: ARG002 (a problem's own)
        """OAuth's two fields and nothing else."""
        return {"error": self.code, "error_description": self.detail}


def refused(code: str, sentence: str) -> OAuthRefusal:
    """The refusal of a request that cannot be answered with a token."""
    return OAuthRefusal(code, sentence)


_TEXT: Final = {"type": "string"}
OAUTH_ERRORS: Final[dict[int | str, dict[str, Any]]] = {
    400: {
        "description": "Refused, in OAuth's words (RFC 6749, section 5.2); or it cannot be read",
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "properties": {"error": _TEXT, "error_description": _TEXT},
                    "required": ["error", "error_description"],
                }
            },
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemBody"}},
        },
    }
}
"""`responses=` of a route that answers as OAuth says."""
