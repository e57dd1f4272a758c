"""Texts of tokens as they may be shown and written down: nothing in them that nobody can see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["shown", "visible"]


def visible(text: str) -> str:
    r"""The text with an escape (``\x00``, ``\ud800``) for each character that is not printable: a
    database takes no NUL and no encoding a lone surrogate."""
    if text.isprintable():
        return text
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode("ascii") for one in text
    )


def shown(found: Any) -> Any:
    """Claims with every text in them, names included, `visible`."""
    if isinstance(found, str):
        return visible(found)
    if isinstance(found, Mapping):
        return {visible(str(name)): shown(value) for name, value in found.items()}
    return [shown(one) for one in found] if isinstance(found, list) else found
