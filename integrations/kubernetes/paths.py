"""The simple JSONPaths of custom resource definitions, as far as they name one value."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

__all__ = ["in_metadata", "value_at"]

_STEP: Final = re.compile(
    r"""\.(?P<name>(?:\\.|[^.\[\]\\*?@])+)|\[(?P<index>-?\d+)\]|\[(['"])(?P<quoted>.*?)\3\]"""
)


@lru_cache(maxsize=1024)
def _steps(path: str) -> tuple[str | int, ...] | None:
    text = path.strip().removeprefix("{").removesuffix("}").removeprefix("$")
    if text and text[0] not in ".[":
        text = f".{text}"
    steps: list[str | int] = []
    at = 0
    while at < len(text):
        found = _STEP.match(text, at)
        if found is None:
            return None
        if found["index"] is not None:
            steps.append(int(found["index"]))
        else:
            name = found["name"] if found["name"] is not None else found["quoted"]
            steps.append(re.sub(r"\\(.)", r"\1", name))
        at = found.end()
    return tuple(steps)


def in_metadata(path: str) -> bool:
    """Whether `path` names one value of an object's metadata."""
    steps = _steps(path) if path else None
    return steps is not None and steps[:1] == ("metadata",)


def value_at(document: Any, path: str) -> Any:
    """The value that `path` names; None where there is none, and for paths that name several
    (wildcards, filters, slices)."""
    steps = _steps(path) if path else None
    if steps is None:
        return None
    value = document
    for step in steps:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value
