"""Bytes as people say them."""

from __future__ import annotations

from typing import Final

__all__ = ["said"]

_UNITS: Final = ("B", "KiB", "MiB", "GiB", "TiB")


def said(count: float) -> str:
    """``40.2 MiB``."""
    unit = 0
    while count >= 1024 and unit < len(_UNITS) - 1:
        count, unit = count / 1024, unit + 1
    return (
        f"{count:.0f} {_UNITS[unit]}"
        if unit == 0 or count >= 100
        else f"{count:.1f} {_UNITS[unit]}"
    )
