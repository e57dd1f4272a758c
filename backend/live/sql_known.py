"""What is known of a question before its rows are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from backend.live.query import Filter

__all__ = ["Asked", "Known", "Values"]

Asked = Filter | str
"""A filter, or a word of the search."""
Values = Mapping[str, tuple[str, ...]]
"""By field."""


@dataclass(frozen=True, slots=True)
class Known:
    """Which values fit the questions of a query, and the keys of rows whose values nobody noted
    yet."""

    values: Mapping[Asked, Values] = field(default_factory=dict)
    waiting: tuple[str, ...] = ()

    def rarest(self) -> Values | None:
        """The values of the question that the fewest fit."""
        fitting = self.values.values()
        return min(fitting, key=lambda found: sum(map(len, found.values())), default=None)
