"""Records: which connections there should be, from configuration, local stack and table.

A record that cannot be used (its settings are wrong, a secret cannot be opened) still is one:
`problem` says why, and the pages show it as down.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ValidationError

from backend.settings import Settings
from integrations.discovery import kinds, load

__all__ = ["Record", "RecordOrigin", "RecordSource", "configured", "merged", "read_record"]


class RecordOrigin(StrEnum):
    """Where a record comes from; an earlier one wins over a later one of the same name."""

    CONFIGURATION = "configuration"
    STACK = "local stack"
    CONSOLE = "console"


@dataclass(frozen=True, slots=True)
class Record:
    """One declared connection. `id` and `version` are those of its row, if it has one."""

    kind: str
    name: str
    origin: RecordOrigin
    settings: BaseModel | None = None
    problem: str = ""
    disabled: bool = False
    id: str = ""
    version: int = 0

    @property
    def key(self) -> tuple[str, str]:
        """Kind and name: unique."""
        return self.kind, self.name


RecordSource = Callable[[], Awaitable[Sequence[Record]]]


def read_record(kind: str, values: Mapping[str, Any], origin: RecordOrigin, **more: Any) -> Record:
    """A record from plain values. Unknown fields are left out: a newer writer's are no error."""
    name = str(values.get("name", ""))
    model = load(kind).settings
    known = {key: value for key, value in values.items() if key in model.model_fields}
    try:
        return Record(kind, name, origin, model.model_validate(known), **more)
    except ValidationError as error:
        return Record(kind, name, origin, problem=_in_words(error), **more)


def configured(settings: Settings) -> list[Record]:
    """The records of the configuration, which were checked when it was read."""
    return [
        Record(kind, declared.name, RecordOrigin.CONFIGURATION, declared)
        for kind in kinds()
        for declared in settings.connections.get(kind, ())
    ]


def merged(groups: Iterable[Sequence[Record]]) -> dict[tuple[str, str], Record]:
    """One record for each kind and name; earlier groups win."""
    found: dict[tuple[str, str], Record] = {}
    for group in groups:
        for record in group:
            found.setdefault(record.key, record)
    return found


def _in_words(error: ValidationError) -> str:
    """The first wrong field; never the value, which may be a secret."""
    first = error.errors(include_input=False, include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    message = first["msg"].removeprefix("Value error, ")
    return f"its settings are not valid: {where + ': ' if where else ''}{message}"
