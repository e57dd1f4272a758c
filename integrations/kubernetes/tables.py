"""Objects as the API server prints them: the columns a custom kind declares for people."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from integrations.kubernetes.decode import ListMeta
from integrations.kubernetes.models.meta import Meta, Metadata, Slim

__all__ = ["ACCEPT", "PrinterColumn", "TablePage"]

ACCEPT: Final = "application/json;as=Table;g=meta.k8s.io;v=v1,application/json"
"""A table, or plain objects from a server that makes none."""
_SAID_ALREADY: Final = frozenset({"Name", "Age", "Namespace"})


class PrinterColumn(Slim):
    """One column; `priority` 0 is shown to everybody, more only to those who ask for all."""

    name: str = ""
    type: str = ""
    format: str = ""
    description: str = ""
    priority: int = 0


class _PrintedRow(Slim):
    cells: list[Any] = []
    object: Metadata = msgspec.field(default_factory=Metadata)


class TablePage(Slim):
    """One page of objects with what their kind prints of them."""

    column_definitions: list[PrinterColumn] = []
    rows: list[_PrintedRow] = []
    items: list[Metadata] = []
    metadata: ListMeta = msgspec.field(default_factory=ListMeta)

    @property
    def columns(self) -> list[PrinterColumn]:
        """Those that tell more than name, namespace and age, which every object has."""
        return [self.column_definitions[place] for place in self._places()]

    @property
    def printed(self) -> list[tuple[Meta, list[str]]]:
        """Each object's metadata with its cells as text, in the order of `columns`."""
        if not self.rows:
            return [(item.metadata, []) for item in self.items]
        places = self._places()
        return [
            (row.object.metadata, [_text(row.cells, place) for place in places])
            for row in self.rows
        ]

    @property
    def next(self) -> str:
        """The continue token, empty on the last page."""
        return self.metadata.continue_

    def _places(self) -> list[int]:
        return [
            place
            for place, column in enumerate(self.column_definitions)
            if column.priority == 0 and column.name not in _SAID_ALREADY
        ]


def _text(cells: list[Any], place: int) -> str:
    value = cells[place] if place < len(cells) else None
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode()
