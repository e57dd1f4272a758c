"""Columns: what a row offers to filters, sorting, facets and search."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from auth.verb import Verb
from backend.live.rowscope import Placement

__all__ = ["NUMERIC", "OPERATORS", "Column", "Needs", "Op", "Type"]


class Type(StrEnum):
    """How a value is read in a query, compared, and shown by the interface."""

    TEXT = "text"
    NUMBER = "number"
    QUANTITY = "quantity"  # base units: cores, objects
    BYTES = "bytes"
    TIME = "time"  # Unix seconds
    PERCENT = "percent"  # 0-100
    BOOL = "bool"
    STATUS = "status"
    LABELS = "labels"  # mapping of text to text
    LIST = "list"  # sequence of text


class Op(StrEnum):
    """Operators of a filter, as written."""

    EQ = "="
    NE = "!="
    GT = ">"
    GE = ">="
    LT = "<"
    LE = "<="
    HAS = "~"
    LACKS = "!~"
    BEGINS = "^="
    IN = "in"
    NOT_IN = "notin"


NUMERIC: Final = frozenset({Type.NUMBER, Type.QUANTITY, Type.BYTES, Type.TIME, Type.PERCENT})

_SETS: Final = (Op.EQ, Op.NE, Op.IN, Op.NOT_IN)
_LIST: Final = (*_SETS, Op.HAS, Op.LACKS)
_TEXT: Final = (*_LIST, Op.BEGINS)
_ORDER: Final = (*_SETS, Op.GT, Op.GE, Op.LT, Op.LE)

OPERATORS: Final[dict[Type, tuple[Op, ...]]] = {
    Type.TEXT: _TEXT,
    Type.STATUS: _TEXT,
    Type.LIST: _LIST,
    Type.BOOL: (Op.EQ, Op.NE),
    Type.LABELS: (),
    **dict.fromkeys(NUMERIC, _ORDER),
}
"""The operators a filter may use, per type. Labels are asked with ``labels=``."""


class Needs(NamedTuple):
    """A right of its own that a column's cells need: `verb` on `kind` at the row's `scope`."""

    kind: str
    verb: Verb
    scope: Placement


@dataclass(frozen=True, slots=True)
class Column:
    """One declared field of a row. Fields that are not declared are sent but can be neither
    filtered, sorted, counted nor searched (security reference, C25).

    `searched`: free text looks here. `facet`: its values may be counted. `default`: a table
    shows it unless the user hides it. `needs`: without that right at the row's place the cell
    is answered as missing (None) to every question: shown, filtered, sorted, counted, searched
    and exported. Where the caller holds it nowhere, the column does not exist for them.
    """

    id: str
    label: str
    type: Type
    searched: bool = False
    facet: bool = False
    default: bool = True
    sortable: bool = True
    filterable: bool = True
    needs: Needs | None = None

    @property
    def can_sort(self) -> bool:
        """Labels and lists have no order."""
        return self.sortable and self.type not in {Type.LABELS, Type.LIST}

    @property
    def can_filter(self) -> bool:
        """Whether ``filter`` (or, for labels, ``labels``) may name it."""
        return self.filterable
