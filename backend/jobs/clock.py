"""The database's clock: replicas whose own clocks differ still agree on leases."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Float
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

__all__ = ["clock"]


class clock(FunctionElement[float]):  # noqa: N801 (a SQL function)
    """Unix seconds now (not at the transaction's begin), as the database sees it."""

    type = Float()
    inherit_cache = True


@compiles(clock, "postgresql")
def _postgresql(_element: Any, _compiler: Any, **_options: Any) -> str:
    return "extract(epoch from clock_timestamp())::double precision"


@compiles(clock)
def _sqlite(_element: Any, _compiler: Any, **_options: Any) -> str:
    return "((julianday('now') - 2440587.5) * 86400.0)"
