"""The break-glass account: a way in when no provider answers."""

from __future__ import annotations

from functools import partial
from typing import Final

from backend.features.breakglass.closing import close
from backend.features.breakglass.routes import router
from backend.features.context import Feature, FeatureContext
from backend.jobs import Loop

__all__ = ["register"]

_LOOK_SECONDS: Final = 5.0


def register(context: FeatureContext) -> Feature:
    """The routes, and what switches the account off when its hour is over: every replica looks,
    and the first one does it. A lease would be a write every few seconds for ever."""
    over = partial(close, context.db_sessions, context.organisation)
    return Feature(
        "breakglass", router, jobs=(Loop("the end of break-glass", over, every=_LOOK_SECONDS),)
    )
