"""A PostgreSQL of the bench's own, durable as in production, on loopback."""

from __future__ import annotations

from contextlib import AbstractContextManager

from tests import postgres
from tests.postgres import Cluster

__all__ = ["Cluster", "cluster"]

SETTINGS = {"shared_buffers": "512MB", "max_wal_size": "2GB", "max_connections": "100"}


def cluster() -> AbstractContextManager[Cluster]:
    """A started cluster in a temporary directory, removed at the end."""
    return postgres.cluster(SETTINGS)
