"""What the record says of a refusal: an API server quotes the values it does not take."""

from __future__ import annotations

from typing import Final

from backend.errors import Problem, Unprocessable
from integrations.contract import IntegrationError, Invalid

__all__ = ["recordable"]

_TEXT: Final = 2000


def recordable(error: IntegrationError | Problem) -> str:
    """The sentence, but for what is invalid: of that the fields alone."""
    match error:
        case Invalid():
            fields = [path for path, _ in error.causes]
        case Unprocessable():
            fields = [one.get("field", "") for one in error.errors]
        case _:
            return str(error)[:_TEXT]
    named = ", ".join(dict.fromkeys(path for path in fields if path))
    return f"refused as invalid: {named}"[:_TEXT] if named else "refused as invalid"
