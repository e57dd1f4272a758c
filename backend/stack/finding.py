"""One thing that was looked at before a start."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Finding"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: `ok`, `warn` or `fail`, what was seen, and what to do about it."""

    level: str
    what: str
    advice: str = ""
