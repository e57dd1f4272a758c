"""How many hours become one number: by name, as plans and licences write it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Aggregation", "Rule"]

_WRITTEN = re.compile(r"sustained:([0-9]{1,2})", re.ASCII)


class Rule(StrEnum):
    """What is done with the values of a period."""

    PEAK = "peak"
    P95 = "p95"
    AVERAGE = "average"
    SUSTAINED = "sustained"
    LAST = "last"
    SUM = "sum"
    UNIQUE = "unique"


@dataclass(frozen=True, slots=True)
class Aggregation:
    """A rule; of `sustained` also how many of the highest days are free."""

    rule: Rule
    free: int = 0

    @classmethod
    def of(cls, text: str) -> Aggregation:
        """``peak``, ``sustained:2``, …; raises ValueError, whose message is for people."""
        if found := _WRITTEN.fullmatch(text):
            return cls(Rule.SUSTAINED, int(found[1]))
        if text in set(Rule) - {Rule.SUSTAINED}:
            return cls(Rule(text))
        known = ", ".join(rule for rule in Rule if rule is not Rule.SUSTAINED)
        raise ValueError(f"{text[:40]!r} is no aggregation: use {known} or sustained:2.")

    def __str__(self) -> str:
        """As `of` reads it."""
        return f"sustained:{self.free}" if self.rule is Rule.SUSTAINED else self.rule
