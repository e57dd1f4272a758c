"""The list of features: what the console consists of, in one place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from backend.features import (
    access,
    activity,
    cluster,
    events,
    images,
    keyvalue,
    machines,
    overview,
    session,
    system,
    updates,
    workloads,
)
from backend.features.context import Feature, FeatureContext

__all__ = ["FEATURES"]

FEATURES: Final[tuple[Callable[[FeatureContext], Feature], ...]] = (
    session.register,
    system.register,
    access.register,
    activity.register,
    events.register,
    cluster.register,
    machines.register,
    workloads.register,
    keyvalue.register,
    images.register,
    updates.register,
    overview.register,
)
