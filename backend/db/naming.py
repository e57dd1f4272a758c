"""How constraints and indexes are called, on both databases."""

from __future__ import annotations

from typing import Any, Final

__all__ = ["CONVENTION"]

CONVENTION: Final[dict[str, Any]] = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""Alembic's naming convention: a constraint without a name cannot be altered in SQLite."""
