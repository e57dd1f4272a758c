"""Python's garbage collector, kept from what lives as long as the process: modules, routes,
models. Its own limits are for small programs."""

from __future__ import annotations

import gc
from typing import Final

__all__ = ["spare_what_comes", "spare_what_is_there"]

_WHILE_STARTING: Final = 100_000
_YOUNG: Final = 10_000
"""New objects between looks at the youngest; Python's 700 is for small programs."""


def spare_what_comes() -> None:
    """Look seldom, until `spare_what_is_there`. What is made while a program starts is made to
    stay: to look through it again and again was a quarter of the start."""
    gc.set_threshold(_WHILE_STARTING, 20, 10)


def spare_what_is_there() -> None:
    """Look no more at what is there now.

    Looking through these 200,000 objects again and again stops every stream for 0.1 s. What
    comes later is rows, which are not tracked, and short-lived frames and requests.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 20, 10)
