"""The simple JSONPaths of custom resource definitions, as far as they name one value."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final, NamedTuple

__all__ = ["in_metadata", "value_at"]

_STEP: Final = re.compile(
    r"""\.(?P<name>(?:\\.|[^.\[\]\\*?@])+)|\[(?P<index>-?\d+)\]"""
    r"""|\[(?P<mark>['"])(?P<quoted>.*?)(?P=mark)\]"""
    r"""|\[\?\(\s*@\.(?P<field>[\w-]+)\s*==\s*(?P<by>['"])(?P<equal>.*?)(?P=by)\s*\)\]"""
)


class _Chosen(NamedTuple):
    """A filter: the member of a list whose `field` is `equal`."""

    field: str
    equal: str

    def of(self, members: Any) -> Any:
        """The first such member; None where there is none."""
        found = members if isinstance(members, list) else ()
        dicts = (member for member in found if isinstance(member, dict))
        return next((one for one in dicts if one.get(self.field) == self.equal), None)


@lru_cache(maxsize=1024)
def _steps(path: str) -> tuple[str | int | _Chosen, ...] | None:
    text = path.strip().removeprefix("{").removesuffix("}").removeprefix("$")
    if text and text[0] not in ".[":
        text = f".{text}"
    steps: list[str | int | _Chosen] = []
    at = 0
    while at < len(text):
        found = _STEP.match(text, at)
        if found is None:
            return None
        if found["index"] is not None:
            steps.append(int(found["index"]))
        elif found["field"] is not None:
            steps.append(_Chosen(found["field"], found["equal"]))
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
    (wildcards, slices). Of what a filter finds (``[?(@.type=="Ready")]``) it is the first."""
    steps = _steps(path) if path else None
    if steps is None:
        return None
    value = document
    for step in steps:
        if isinstance(step, _Chosen):
            value = step.of(value)
            continue
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value
