"""The three tables a question about machines is split over: groups, the tally, the machines.

What concerns a machine's group (its names, its channel, who may see it) is asked of the groups,
of which there are hundreds; totals and facets of the exact tally; the rest of the machines, of
which there are millions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from backend.live.sql_fields import SqlFields
from backend.omaha.lists.collections import INSTANCES
from backend.omaha.lists.selects import (
    APPLICATION,
    CHANNEL,
    GROUP,
    PACKAGE,
    TALLY,
    table_of,
    text_of,
)
from backend.omaha.store.tables import InstanceRecord

__all__ = [
    "GROUPS",
    "GROUP_COLUMNS",
    "GROUP_TABLE",
    "INSTANCE",
    "MACHINES",
    "TALLIED",
    "TALLY_COLUMNS",
    "TALLY_TABLE",
]

INSTANCE: Final = table_of(InstanceRecord)
GROUP_COLUMNS: Final = frozenset(
    {"application_id", "group_id", "application", "group", "channel", "target"}
)
"""What the groups answer."""
TALLY_COLUMNS: Final = GROUP_COLUMNS | {"status", "release"}
"""What the tally answers."""

_EMPTY: Final = sa.literal("", sa.String())
_NOTHING: Final[dict[str, ColumnElement[Any]]] = dict.fromkeys(INSTANCES.fields, sa.null())


def _group_columns() -> dict[str, ColumnElement[Any]]:
    return {
        "application_id": text_of(GROUP.c.application_id),
        "group_id": text_of(GROUP.c.id),
        "application": APPLICATION.c.name,
        "group": GROUP.c.name,
        "channel": sa.func.coalesce(CHANNEL.c.name, _EMPTY),
        "target": sa.func.coalesce(PACKAGE.c.release, _EMPTY),
    }


def _named(start: sa.FromClause) -> sa.FromClause:
    joined = start.join(APPLICATION, APPLICATION.c.id == GROUP.c.application_id)
    joined = joined.outerjoin(CHANNEL, CHANNEL.c.id == GROUP.c.channel_id)
    return joined.outerjoin(PACKAGE, PACKAGE.c.id == CHANNEL.c.package_id)


def _labelled(columns: Mapping[str, ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    return [element.label(name) for name, element in columns.items()]


GROUP_TABLE: Final = (
    sa.select(GROUP.c.id, *_labelled(_group_columns())).select_from(_named(GROUP)).subquery()
)
TALLY_TABLE: Final = (
    sa.select(
        GROUP.c.id,
        *_labelled(_group_columns()),
        TALLY.c.release,
        TALLY.c.status,
        TALLY.c.machines,
    )
    .select_from(_named(GROUP.join(TALLY, TALLY.c.group_id == GROUP.c.id)))
    .subquery()
)


def _fields(table: sa.Subquery) -> SqlFields:
    given = {name: table.c[name] for name in INSTANCES.fields if name in table.c}
    return SqlFields(INSTANCES, table, {**_NOTHING, **given})


GROUPS: Final = _fields(GROUP_TABLE)
"""Conditions on groups; ``elements`` of other columns are NULL."""
TALLIED: Final = _fields(TALLY_TABLE)
"""Conditions on the tally, whose status is a number."""
MACHINES: Final = SqlFields(
    INSTANCES,
    INSTANCE,
    {
        "key": text_of(INSTANCE.c.id),
        "application_id": text_of(INSTANCE.c.application_id),
        "group_id": text_of(INSTANCE.c.group_id),
        **dict.fromkeys(("application", "group", "channel", "target"), _EMPTY),
        "error": INSTANCE.c.error_code,
        "grant": INSTANCE.c.grant_state,
        "granted_release": sa.func.coalesce(INSTANCE.c.granted_release, _EMPTY),
        "granted": INSTANCE.c.granted_at,
        "changed": INSTANCE.c.status_at,
        "seen": INSTANCE.c.last_seen,
        "created": INSTANCE.c.created_at,
    },
)
"""Conditions on machines; enums are numbers here, and names of groups are not."""
