"""Places as people write them, and what is wrong with a member of a body."""

from __future__ import annotations

from auth.scope import InvalidScopeError, Scope, covers, organisation, parse
from backend.errors import Unprocessable

__all__ = ["invalid", "placed"]


def placed(text: str, org: str, field: str = "scope") -> Scope:
    """The scope that `text` says, of this organisation; 422 for what is none."""
    try:
        scope = parse(text)
    except InvalidScopeError as error:
        raise invalid(field, text, str(error), f"org/{org}/cluster/NAME/ns/NAME") from error
    if not covers(organisation(org), scope):
        raise invalid(field, text, "another organisation's scope", f"org/{org}/…")
    return scope


def invalid(field: str, value: str, message: str, accepts: str = "") -> Unprocessable:
    """The 422 that stands at one field."""
    return Unprocessable(
        f"{field}: {message}",
        errors=[{"field": field, "value": value, "message": message, "accepts": accepts}],
    )
