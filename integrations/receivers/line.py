"""One line of a record on its way out."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Line"]


@dataclass(frozen=True, slots=True)
class Line:
    """`text` is one JSON object without a line end; `sequence` its place in the record, from 1;
    `at` when it happened (Unix seconds); `warning` says that somebody should look."""

    text: str
    sequence: int
    at: float
    warning: bool = False
