"""How well a name matches what was typed into the palette."""

from __future__ import annotations

import heapq
import re
from typing import Any, Final

from backend.live.collection import Collection
from backend.live.fold import fold

__all__ = ["best_rows", "label_rank"]

_BREAKS: Final = re.compile(r"[^a-z0-9]+")


def label_rank(label: str, words: tuple[str, ...]) -> int:
    """The rank of `words` (folded, as typed) in `label`."""
    text, whole = fold(label), " ".join(words)
    if text == whole:
        return 0
    if text.startswith(whole):
        return 1
    parts = _BREAKS.split(text)
    if all(any(part.startswith(word) for part in parts) for word in words):
        return 2
    return 3 if all(word in text for word in words) else 4


def best_rows(
    collection: Collection, rows: list[Any], words: tuple[str, ...], limit: int
) -> list[Any]:
    """The best `limit` of matching rows, by the order of hits."""

    def order(row: Any) -> tuple[int, int, str]:
        label = str(getattr(row, collection.label))
        return label_rank(label, words), len(label), label + row.key

    return heapq.nsmallest(limit, rows, key=order)
