"""What the routes of sessions take and give."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from auth.password import MAX_LENGTH
from backend.http.fields import SECRET, Code
from backend.http.passkeys import Credential

__all__ = ["OpenSession", "StepUp", "SteppedUp"]


class OpenSession(BaseModel):
    """One of the caller's sessions; `current` is the one that asks. `agent` is what the browser
    calls itself. Times are Unix seconds."""

    id: str
    current: bool
    agent: str
    method: str
    created: float
    last_seen: float
    address: str
    last_address: str
    expires: float


class StepUp(BaseModel):
    """The caller's password once more; of who has a second factor, a code of it or a recovery
    code, or what their passkey answered."""

    model_config = ConfigDict(extra="forbid")

    password: (
        Annotated[str, StringConstraints(min_length=1, max_length=MAX_LENGTH), SECRET] | None
    ) = None
    code: Code | None = None
    credential: Credential | None = None


class SteppedUp(BaseModel):
    """Until when (Unix seconds) nothing more is asked."""

    until: float
