"""How a seed reports its progress."""

from collections.abc import Callable

Tell = Callable[[float | None, str], None]
"""Told the share done (0 to 1, None when unknown) and what is going on."""
