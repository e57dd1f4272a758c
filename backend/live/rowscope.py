"""Where a row lies in the estate, declared so that it compiles to comparisons of columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from auth.scope import Scope, etcd_key, key_of

__all__ = ["Field", "FieldTest", "Placement", "RowScope", "TextScope"]

_BEFORE_KEY: Final = len(etcd_key("", "", "-")) - 1


@dataclass(frozen=True, slots=True)
class Field:
    """A scope segment taken from the row's field `name`. With `split`, the text is divided
    there into several segments (a repository path at ``/``); such a field comes last. With
    `empty`, some of these may be empty (a key's), which segments write as `auth.scope` does."""

    name: str
    split: str = ""
    empty: bool = False

    def segments(self, value: str) -> Iterable[str]:
        """The scope segments of a text of the field."""
        if self.empty:
            return etcd_key("", "", value)[_BEFORE_KEY:]
        return value.split(self.split) if self.split else (value,)

    def text(self, segments: Scope) -> str:
        """The text that held segments say."""
        return key_of(segments) if self.empty else self.split.join(segments)


@dataclass(frozen=True, slots=True)
class FieldTest:
    """One comparison of a row's field, by which a held scope is compared with a row's.

    The field equals `value`; with `separator`, it may also begin with value + separator.
    With an empty `value`, the field is not empty.
    """

    field: str
    value: str = ""
    separator: str = ""


class RowScope:
    """The scope of a row: ``org/<organisation>`` followed by `parts`, kind word and `Field`
    in turn.

    ``RowScope("cluster", Field("cluster"), "ns", Field("namespace"))``. An empty field ends
    the scope before its own kind word: a row without a namespace belongs to its cluster.
    """

    def __init__(self, *parts: str | Field) -> None:
        self.parts = parts
        splits = [i for i, part in enumerate(parts) if isinstance(part, Field) and part.split]
        if splits and splits != [len(parts) - 1]:
            raise ValueError("only the last part of a scope may be split")
        if any(isinstance(part, str) == bool(i % 2) for i, part in enumerate(parts)):
            raise ValueError("the parts of a scope alternate: a kind word, then a Field")
        if len(parts) % 2:
            raise ValueError("a kind word needs its Field")

    @property
    def fields(self) -> tuple[str, ...]:
        """The row fields it reads."""
        return tuple(part.name for part in self.parts if isinstance(part, Field))

    def covered_by(self, held: Scope, organisation: str) -> tuple[FieldTest, ...] | None:
        """When `held` covers a row: if all of these hold. None: it never does."""
        if held[:2] != ("org", organisation):
            return None
        tests: list[FieldTest] = []
        segments = held[2:]
        for kind, part in zip(self.parts[::2], self.parts[1::2], strict=True):
            if not segments or not isinstance(part, Field):
                break
            if segments[0] != kind:
                return None
            own = len(segments) if part.split else 2
            given, segments = segments[1:own], segments[own:]
            if part.split and any(part.split in segment for segment in given):
                return None
            text = part.text(given)
            if part.empty and tuple(part.segments(text)) != given:
                return None  # it is no key: it says only how one would begin
            tests.append(FieldTest(part.name, text, part.split))
        return None if segments else tuple(tests)

    def __call__(self, row: Any, organisation: str) -> Scope:
        """The scope of `row`."""
        scope = ["org", organisation]
        for part in self.parts:
            if not isinstance(part, Field):
                scope.append(part)
                continue
            value = getattr(row, part.name)
            if not value:
                del scope[-1]
                break
            scope.extend(part.segments(value))
        return tuple(scope)


class TextScope:
    """A scope the row itself holds in the field `name`, written as `auth.scope.render` does
    (``org/main/cluster/c1``): of a binding, or of what an activity was about. Empty text, or
    that of another organisation, hides the row here."""

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def fields(self) -> tuple[str, ...]:
        """The row field it reads."""
        return (self.name,)

    def covered_by(self, held: Scope, organisation: str) -> tuple[FieldTest, ...] | None:
        """When `held` covers a row: if all of these hold. None: it never does."""
        if held[:2] != ("org", organisation) or any("/" in segment for segment in held):
            return None
        return (FieldTest(self.name, "/".join(held), "/"),)

    def __call__(self, row: Any, organisation: str) -> Scope:
        """The scope of `row`; none if it is not of the organisation."""
        scope = tuple(getattr(row, self.name).split("/"))
        return scope if scope[:2] == ("org", organisation) else ()


Placement = RowScope | TextScope
"""One way in which a row has a scope."""
