"""The database's half: what was put in, what is remembered, and the history."""

from __future__ import annotations

import time
import uuid
from dataclasses import asdict, dataclass

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.scope import organisation
from backend.audit import Audit, Change, Origin, Target
from backend.commerce.licence.remembering import Memory, news
from backend.commerce.licence.states import Facts, State
from backend.db.licence import LICENCE_ROW, LicenceDocument, LicenceEvent, LicenceState

__all__ = ["Stored", "happened", "licence_target", "load", "written"]

KIND = "licence"
_LONGEST = 1024


@dataclass(frozen=True, slots=True)
class Stored:
    """What the database holds: `documents` are the licences put in at the console, by their id."""

    installation: str
    memory: Memory
    resets: int
    version: int
    documents: dict[str, str]
    added: dict[str, tuple[float, str]]
    """When each was put in, and by whom, by its id."""

    @property
    def tokens(self) -> tuple[str, ...]:
        """The licences put in here, as they were signed."""
        return tuple(self.documents.values())


def licence_target(org: str, name: str = "licence") -> Target:
    """What entries of the activity record about licences are about."""
    return Target(KIND, name, name, organisation(org))


async def load(db: AsyncSession, *, to_write: bool = False) -> Stored:
    """Read it; `to_write` keeps others from changing the row until the transaction ends."""
    one = select(LicenceState).where(col(LicenceState.id) == LICENCE_ROW)
    row = (await db.execute(one.with_for_update() if to_write else one)).scalar_one()
    query = select(LicenceDocument).order_by(col(LicenceDocument.added), col(LicenceDocument.id))
    documents = list((await db.execute(query)).scalars())
    return Stored(
        installation=row.installation,
        memory=_memory(row),
        resets=row.resets,
        version=row.row_version,
        documents={one.id: one.token for one in documents},
        added={one.id: (one.added, one.added_by) for one in documents},
    )


async def written(db: AsyncSession, org: str, found: Stored, now: Memory) -> bool:
    """Write `now` down in the session's transaction, with the news for history and record; not
    (False) when a person set the clock since it was `found`."""
    last = found.memory
    values = {
        "state": now.state.value,
        "since": now.since,
        "over": list(now.over),
        "began": dict(now.began),
        "mark": now.mark,
        "facts": {jti: asdict(facts) for jti, facts in now.facts.items()},
        "kept": {place: list(tokens) for place, tokens in now.kept.items()},
    }
    same = (col(LicenceState.id) == LICENCE_ROW, col(LicenceState.resets) == found.resets)
    change = update(LicenceState).where(*same).values(**values).returning(col(LicenceState.id))
    if not (await db.execute(change.execution_options(synchronize_session=False))).first():
        return False
    audit = Audit(db, Origin.system(org, "licence"))
    for one in news(last, now):
        happened(db, one.kind, one.before, one.after, "licence")
        told = Change.between({one.kind: one.before}, {one.kind: one.after}, show={one.kind})
        audit.did(f"change-{one.kind}", licence_target(org), change=told)
    return True


def happened(db: AsyncSession, kind: str, before: str, after: str, by: str) -> None:
    """Put it into the history, in the session's transaction."""
    db.add(
        LicenceEvent(
            id=uuid.uuid4().hex,
            at=time.time(),
            kind=kind,
            before=before[:_LONGEST],
            after=after[:_LONGEST],
            by=by[:128],
        )
    )


def _memory(row: LicenceState) -> Memory:
    return Memory(
        state=State(row.state),
        since=row.since,
        over=tuple(row.over),
        began=dict(row.began),
        mark=row.mark,
        facts={jti: Facts(**facts) for jti, facts in row.facts.items()},
        kept={place: tuple(tokens) for place, tokens in row.kept.items()},
    )
