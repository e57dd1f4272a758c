"""Amounts as people read them, for downloads: the same forms as on the pages."""

from __future__ import annotations

from typing import Final

from backend.live.column import Type

__all__ = ["displayed", "plain"]

_IEC: Final = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


def plain(value: float) -> str:
    """A number as it is, whole ones without a fraction: ``1073741824``, ``0.25``."""
    return str(int(value)) if float(value).is_integer() else str(value)


def displayed(kind: Type, value: float) -> str:
    """Bytes in IEC units, cores in millicores below one, percent with its sign."""
    if kind is Type.BYTES:
        return _bytes(value)
    if kind is Type.QUANTITY and 0 < abs(value) < 1:
        return f"{round(value * 1000)}m"
    if kind is Type.PERCENT:
        return f"{_rounded(value, 1 if abs(value) < 10 else 0)}%"
    return plain(round(value, 2))


def _bytes(value: float) -> str:
    amount, unit = abs(value), 0
    while amount >= 1024 and unit < len(_IEC) - 1:
        amount, unit = amount / 1024, unit + 1
    sign = "-" if value < 0 else ""
    return f"{sign}{_rounded(amount, 0 if unit == 0 or amount >= 100 else 1)} {_IEC[unit]}"


def _rounded(value: float, digits: int) -> str:
    return f"{value:.{digits}f}".removesuffix(".0")
