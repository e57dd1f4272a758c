"""The kinds of thing this feature declares for the catalogue of rights."""

from __future__ import annotations

from typing import Final

from auth.kinds import Kind
from auth.scope import system
from auth.verb import EDIT, READ

__all__ = ["KIND", "KINDS", "SETTINGS_KIND"]

KIND: Final = "connection"
SETTINGS_KIND: Final = "connection-settings"
KINDS: Final = (
    Kind(KIND, "Connections", READ, scope=system),
    Kind(SETTINGS_KIND, "Settings of connections", READ | EDIT, sensitive=True, scope=system),
)
"""Whoever sees a system sees how its connection is. Addresses and credentials are another kind,
which no ``*`` means."""
