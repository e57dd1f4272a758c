"""The live engine: Collection, View, Subscription. See README.md in this folder."""

from __future__ import annotations

from importlib.resources import files

__all__ = ["schema_file"]


def schema_file() -> str:
    """Where the JSON Schema of every frame of the live protocol is."""
    return str(files(__name__) / "schema.json")
