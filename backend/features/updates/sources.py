"""The rows behind the update service's collections, and what makes open tables ask again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import sqlalchemy as sa

from backend.db.notice import rows
from backend.features.context import FeatureContext
from backend.features.updates import selects
from backend.features.updates.collections import (
    APPLICATIONS,
    CHANNELS,
    GROUPS,
    PACKAGES,
    ROLLOUTS,
    UPDATE_ACTIVITY,
)
from backend.features.updates.machine_source import MachineSource
from backend.live.collection import Collection
from backend.live.sql import SqlSource
from backend.omaha.store.announce import CONFIG, MACHINES

__all__ = ["add_collections"]

_CATALOGUE: Final = (CONFIG,)
_FLEET: Final = (CONFIG, MACHINES)
"""Every edit of the catalogue announces `CONFIG`, every machine's report `MACHINES`."""
_ACTIVITY: Final = (CONFIG, MACHINES, rows("omaha_activity"))


def add_collections(context: FeatureContext) -> None:
    """Make the collections exist."""
    for collection, select, topics in (
        (APPLICATIONS, selects.applications(), _FLEET),
        (GROUPS, selects.groups(), _FLEET),
        (CHANNELS, selects.channels(), _CATALOGUE),
        (PACKAGES, selects.packages(), _CATALOGUE),
        (ROLLOUTS, selects.rollouts(), (*_FLEET, rows("omaha_rollout"))),
        (UPDATE_ACTIVITY, selects.occurrences(), _ACTIVITY),
    ):
        _add(context, collection, select, topics)
    machines = MachineSource(context.db_sessions, context.organisation)
    _follow(context, machines, _FLEET)


def _add(
    context: FeatureContext, collection: Collection, table: sa.FromClause, topics: Iterable[str]
) -> None:
    source = SqlSource(collection, context.db_sessions, table, organisation=context.organisation)
    _follow(context, source, topics)


def _follow(context: FeatureContext, source: SqlSource, topics: Iterable[str]) -> None:
    context.registry.add(source.collection, source)
    for topic in topics:
        context.bus.subscribe(topic, lambda _: source.notify())
