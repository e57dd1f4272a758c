"""The kinds of thing this feature declares for the catalogue of rights."""

from __future__ import annotations

from typing import Final

from auth.kinds import Kind
from auth.scope import updates
from auth.verb import EDIT, READ, Verb

__all__ = ["KINDS"]

KINDS: Final = (
    Kind("update-application", "Update applications", READ | EDIT, scope=updates),
    Kind("update-channel", "Update channels", READ | EDIT | {Verb.PROMOTE}, scope=updates),
    Kind("update-package", "Update packages", READ | EDIT, scope=updates),
    Kind("update-group", "Update groups", READ | EDIT | {Verb.PAUSE, Verb.PROMOTE}, scope=updates),
    Kind("update-instance", "Updating machines", READ | EDIT, scope=updates),
    Kind("update-mirror", "Mirrors of updates", READ | EDIT, scope=updates),
    Kind("update-refused", "Refused update requests", READ, scope=updates),
)
