"""Types of fields that many requests share."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Path
from pydantic import Field, StringConstraints

__all__ = ["NO_CONTROLS", "SECRET", "Code", "PathId"]

NO_CONTROLS: Final = r"^[^\x00-\x1f\x7f]*$"
"""A line of text: PostgreSQL refuses NUL, and no name holds a control character."""

PathId = Annotated[str, Path(max_length=64, pattern=NO_CONTROLS)]
"""An id in an address, of any form: what does not exist is a 404, not a 422."""

SECRET: Final = Field(json_schema_extra={"format": "password"})
"""Marks a text that forms neither show nor keep."""

Code = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=NO_CONTROLS)]
"""What an authenticator app shows, or a recovery code, as it was typed."""
