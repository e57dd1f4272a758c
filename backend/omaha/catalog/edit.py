"""How rows of the catalogue are read, changed and removed without losing an edit."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from sqlalchemy import CursorResult, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.errors import Conflict, NotFoundProblem, PreconditionFailed, Unprocessable
from backend.omaha.store.announce import announce
from backend.omaha.store.tables import (
    ApplicationRecord,
    ChannelRecord,
    FileRecord,
    GroupRecord,
    PackageRecord,
    RegisteredMirrorRecord,
    RolloutRecord,
)

Row = TypeVar(
    "Row", ApplicationRecord, ChannelRecord, FileRecord, GroupRecord, PackageRecord,
    RegisteredMirrorRecord, RolloutRecord,
)  # fmt: skip

KINDS: Final[dict[type[Any], str]] = {
    ApplicationRecord: "application",
    ChannelRecord: "channel",
    FileRecord: "payload",
    GroupRecord: "group",
    PackageRecord: "package",
    RegisteredMirrorRecord: "registered mirror",
    RolloutRecord: "rollout",
}
"""What a row is called when one is missing."""

MAX_NAMED: Final = 20
"""Users of an object that a refusal to delete it names."""


@dataclass(frozen=True, slots=True)
class UsedBy:
    """Something that uses an object: `kind`, `id`, and a name to recognise it by."""

    kind: str
    id: int
    name: str


class InUse(Conflict):
    """The object cannot be deleted while others use it; member `used_by` names them."""

    slug, title = "in-use", "Still in use"

    def __init__(self, what: str, uses: Sequence[UsedBy]) -> None:
        named = ", ".join(f"{use.kind} {use.name}" for use in uses[:3])
        more = f" and {len(uses) - 3} more" if len(uses) > 3 else ""
        super().__init__(
            f"{what} is used by {named}{more}. Change or delete that first.",
            used_by=[{"kind": u.kind, "id": u.id, "name": u.name} for u in uses[:MAX_NAMED]],
        )


async def begin(session: AsyncSession) -> None:
    """Start an edit: tell every replica (with the commit), and wait for edits under way."""
    await announce(session)


async def get(session: AsyncSession, model: type[Row], key: int) -> Row:
    """The row with this id; `NotFoundProblem` when there is none."""
    row = await session.get(model, key)
    if row is None:
        raise NotFoundProblem(f"There is no such {KINDS[model]}, or you may not see it.")
    return row


async def change(session: AsyncSession, row: Row, values: dict[str, Any]) -> Row:
    """Write `values` and raise the row's version, unless somebody was faster
    (`PreconditionFailed`). Nothing is written when nothing differs."""
    if all(getattr(row, name) == value for name, value in values.items()):
        return row
    model = type(row)
    stamped = values | {"version": row.version + 1}
    if hasattr(model, "updated_at"):
        stamped["updated_at"] = time.time()
    done = await session.execute(
        update(model)
        .where(col(model.id) == row.id, col(model.version) == row.version)
        .values(**stamped)
        .execution_options(synchronize_session=False)
    )
    if not isinstance(done, CursorResult) or done.rowcount != 1:
        raise PreconditionFailed(f"The {KINDS[model]} was changed by somebody else meanwhile.")
    await session.refresh(row)
    return row


async def insert(session: AsyncSession, row: Row, taken: str, field: str) -> Row:
    """Add a new row; a broken uniqueness rule becomes `AlreadyTaken` with the sentence `taken`."""
    session.add(row)
    try:
        await session.flush()
    except IntegrityError:
        raise AlreadyTaken(taken, field) from None
    return row


class AlreadyTaken(Conflict):
    """Another object already has this name, version or track."""

    slug, title = "taken", "Already taken"

    def __init__(self, detail: str, field: str) -> None:
        super().__init__(detail, errors=[{"field": field, "message": detail}])


def invalid(field: str, message: str) -> Unprocessable:
    """A 422 that names the field."""
    return Unprocessable(f"{field}: {message}", errors=[{"field": field, "message": message}])
