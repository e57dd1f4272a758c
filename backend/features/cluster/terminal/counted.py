"""How many terminals are open: of each person, and in all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from backend.errors import TooManyRequests

__all__ = ["MOST", "MOST_EACH", "Terminals"]

MOST_EACH: Final = 8
MOST: Final = 200


@dataclass
class Terminals:
    """Those of this process. Each holds two sockets to a cluster."""

    open: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def one(self, whose: str) -> Iterator[None]:
        """One more; `TooManyRequests` when there are too many."""
        if self.open[whose] >= MOST_EACH:
            raise TooManyRequests(
                f"You have {MOST_EACH} terminals open already: close one of them first."
            )
        if self.open.total() >= MOST:
            raise TooManyRequests(
                f"{MOST} terminals are open at this console already, as many as it holds: try "
                "again when some were closed."
            )
        self.open[whose] += 1
        try:
            yield
        finally:
            self.open[whose] -= 1
            self.open += Counter()
