"""How well a name matches what was typed into the palette."""

from __future__ import annotations

import heapq
import re
from typing import Any, Final

from backend.live.collection import Collection
from backend.live.fold import fold

__all__ = ["TYPO", "best_rows", "label_rank", "near", "pieces"]

TYPO: Final = 5
"""The rank of a name that was typed with an error."""

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

    def order(row: Any) -> tuple[int, bool, int, str]:
        label = str(getattr(row, collection.label))
        well = getattr(row, "healthy", None) is not False
        return label_rank(label, words), well, len(label), label + row.key

    return heapq.nsmallest(limit, rows, key=order)


def pieces(word: str) -> list[str]:
    """Three parts of a word, at least one of which a single typing error leaves whole: two
    neighbours exchanged are in two parts at most. Short words have no such part worth asking."""
    size = max(2, -(-len(word) // 3))
    return [word[at : at + size] for at in range(0, len(word), size)] if len(word) >= 4 else []


def near(label: str, word: str) -> bool:
    """Whether a part of the label begins with `word`, but for one letter too many, too few,
    wrong, or exchanged with its neighbour."""
    text = fold(label)
    return any(_begins(part, word) for part in (text, *_BREAKS.split(text)))


def _begins(part: str, word: str) -> bool:
    lengths = (len(word) - 1, len(word), len(word) + 1)
    return any(_one_off(part[:length], word) for length in lengths if length <= len(part))


def _one_off(typed: str, meant: str) -> bool:
    if typed == meant:
        return True
    same = next((at for at, (a, b) in enumerate(zip(typed, meant, strict=False)) if a != b), None)
    if same is None:
        return abs(len(typed) - len(meant)) == 1
    a, b = typed[same:], meant[same:]
    exchanged = a[1:2] + a[:1] + a[2:] == b
    return exchanged or a[1:] == b[1:] or a[1:] == b or a == b[1:]
