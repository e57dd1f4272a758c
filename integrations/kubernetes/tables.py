"""Objects as the API server prints them: the columns a custom kind declares for people."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Any, Final, NamedTuple

import msgspec

from integrations.kubernetes.decode import ListMeta
from integrations.kubernetes.models.meta import Meta, Metadata, Slim
from integrations.lenient import convert

__all__ = ["ACCEPT", "SAID_ALREADY", "Printed", "PrinterColumn", "TablePage"]

ACCEPT: Final = "application/json;as=Table;g=meta.k8s.io;v=v1,application/json"
"""A table, or plain objects from a server that makes none."""
SAID_ALREADY: Final = frozenset({"Name", "Age", "Namespace"})
"""Names of columns that are left out: every object has what they tell. A custom kind may give one
of these names to a column of its own, see `columns`."""


class PrinterColumn(Slim):
    """One column; `priority` 0 is shown to everybody, more only to those who ask for all."""

    name: str = ""
    type: str = ""
    format: str = ""
    description: str = ""
    priority: int = 0


class _PrintedRow(Slim):
    cells: list[Any] = []
    object: dict[str, Any] = {}


class Printed(NamedTuple):
    """One object: its metadata, its cells, and as much of it as was asked for."""

    meta: Meta
    cells: list[str]
    document: dict[str, Any]


class TablePage(Slim):
    """One page of objects with what their kind prints of them."""

    column_definitions: list[PrinterColumn] = []
    rows: list[_PrintedRow] = []
    items: list[dict[str, Any]] = []
    metadata: ListMeta = msgspec.field(default_factory=ListMeta)

    def columns(self, own: AbstractSet[str] = frozenset()) -> list[PrinterColumn]:
        """Those that tell more than name, namespace and age, which every object has; the ones that
        only wide tables show are among them. `own`: names of these three that the kind gives to
        something else."""
        return [self.column_definitions[place] for place in self._places(own)]

    def printed(self, own: AbstractSet[str] = frozenset()) -> list[Printed]:
        """Each object's metadata with its cells as text, in the order of `columns`."""
        if not self.rows:
            return [Printed(_meta(item), [], item) for item in self.items]
        places = self._places(own)
        return [
            Printed(_meta(row.object), [_text(row.cells, place) for place in places], row.object)
            for row in self.rows
        ]

    @property
    def next(self) -> str:
        """The continue token, empty on the last page."""
        return self.metadata.continue_

    def _places(self, own: AbstractSet[str]) -> list[int]:
        return [
            place
            for place, column in enumerate(self.column_definitions)
            # The first is the name of every object, whatever else is called so.
            if column.name not in SAID_ALREADY or (place and column.name in own)
        ]


def _meta(document: dict[str, Any]) -> Meta:
    found, _ = convert({"metadata": document.get("metadata") or {}}, Metadata, size=0)
    return found.metadata


def _text(cells: list[Any], place: int) -> str:
    value = cells[place] if place < len(cells) else None
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode()
