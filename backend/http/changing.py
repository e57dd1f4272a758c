"""What every change of one version of a thing asks of its caller, and tells them after.

A route checks the version it found, changes it, and ends with `done`: there who is asked to show
again who they are has been told first that they may not, or mistyped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Response
from pydantic import BaseModel

from auth.principal import Principal
from backend.http.stepup import require_fresh
from backend.http.versions import IfMatch, check, tagged
from backend.parts import part
from backend.settings import Settings

__all__ = ["Changed", "Changing"]


@dataclass(frozen=True, slots=True)
class Changing:
    """The version a request means to change, and the answer that will bear the next."""

    response: Response
    settings: Settings
    if_match: str | None

    def check(self, version: int, present: BaseModel) -> None:
        """428 without `If-Match`, 412 with `present` for another version than this."""
        check(self.if_match, version, present)

    def done(self, caller: Principal, version: int, *, fresh: bool = True) -> None:
        """The answer bears `version`; of a change that is `fresh`, its caller has just shown who
        they are."""
        if fresh:
            require_fresh(caller, self.settings)
        tagged(self.response, version)


async def _changing(
    response: Response,
    settings: Annotated[Settings, part(Settings)],
    if_match: IfMatch = None,
) -> Changing:
    return Changing(response, settings, if_match)


Changed = Annotated[Changing, Depends(_changing)]
"""Route parameter of what changes one version of something."""
