"""Whether the console has started and is not stopping, and what fails in the background."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

__all__ = ["Readiness"]


@dataclass(slots=True)
class Readiness:
    """`ready` between the end of the start and the beginning of the stop; `failing` names the
    background loops that fail now."""

    failing: Callable[[], Collection[str]] = tuple
    ready: bool = False
