"""Kubernetes quantities (``100m``, ``2Gi``, ``1e3``) as floats in base units."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Final

__all__ = ["parse_quantity"]

_SUFFIXES: Final = {
    "Ki": 2.0**10,
    "Mi": 2.0**20,
    "Gi": 2.0**30,
    "Ti": 2.0**40,
    "Pi": 2.0**50,
    "Ei": 2.0**60,
    "n": 1e-9,
    "u": 1e-6,
    "m": 1e-3,
    "k": 1e3,
    "M": 1e6,
    "G": 1e9,
    "T": 1e12,
    "P": 1e15,
    "E": 1e18,
}
_NUMBER: Final = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?", re.ASCII)
"""What Kubernetes takes for a number: not all that Python does (``1_000``, ``inf``)."""


@lru_cache(maxsize=4096)
def parse_quantity(text: str) -> float:
    """Cores, bytes or a count. 0.0 for what is not a quantity: one bad value in somebody's
    manifest must not take a row away."""
    for length in (2, 1):
        factor = _SUFFIXES.get(text[-length:])
        if factor is not None:
            return _number(text[:-length]) * factor
    return _number(text)


def _number(text: str) -> float:
    if _NUMBER.fullmatch(text) is None:
        return 0.0
    number = float(text)
    return number if math.isfinite(number) else 0.0
