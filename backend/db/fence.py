"""Work under a lease writes nothing once somebody else holds it.

`HELD` is the lease under which the present task works (`backend.jobs.leases` sets it). Every
transaction that writes looks after its last statement whether the lease is still that one; the
statement locks the lease's row, so that nobody takes it before the commit is through.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from sqlalchemy import CursorResult, text
from sqlalchemy.orm import Session

__all__ = ["HELD", "STILL_HELD", "Fence", "LeaseLost", "check"]


class LeaseLost(Exception):
    """Another replica holds the lease now, or the database was away for too long."""


@dataclass(frozen=True, slots=True)
class Fence:
    """A lease as one holder has it: `number` is higher than any earlier holder's."""

    name: str
    number: int


HELD: Final[ContextVar[Fence | None]] = ContextVar("HELD", default=None)

STILL_HELD: Final = "UPDATE job_lease SET fence = fence WHERE name = :name AND fence = :number"
"""Changes one row as long as the lease is its holder's."""
_STILL_HELD: Final = text(STILL_HELD)


def check(session: Session) -> None:
    """Raise `LeaseLost` unless the present task works under no lease, or one that it has."""
    held = HELD.get()
    if held is None:
        return
    given = {"name": held.name, "number": held.number}
    done = session.connection().execute(_STILL_HELD, given)
    if not isinstance(done, CursorResult) or done.rowcount != 1:
        raise LeaseLost(held.name)
