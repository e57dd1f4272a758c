"""What is said of any object: its state in a word and a sentence, and facts."""

from __future__ import annotations

from typing import NamedTuple

from backend.features.cluster.schemas import Fact

__all__ = ["StatusSummary"]


class StatusSummary(NamedTuple):
    """The state of an object in a word and a sentence, and what else is worth knowing."""

    status: str
    healthy: bool | None
    summary: str
    facts: tuple[tuple[str, str], ...] = ()

    def fact_views(self) -> list[Fact]:
        """The facts that are known."""
        return [Fact(label=label, value=value) for label, value in self.facts if value]
