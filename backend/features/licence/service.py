"""Putting licences in, looking at what that would change, taking one out, setting the mark."""

from __future__ import annotations

import time
from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.principal import Principal
from auth.verb import Verb
from backend.audit import Audit, Change
from backend.commerce.licence.combining import require_coherent
from backend.commerce.licence.comparing import compare
from backend.commerce.licence.keeper import Licences, Situation
from backend.commerce.licence.problems import Refused
from backend.commerce.licence.sources import MOST_DOCUMENTS, Given, read
from backend.commerce.licence.stored import happened, licence_target
from backend.commerce.licence.verify import Verified
from backend.db.licence import LICENCE_ROW, LicenceDocument, LicenceEvent, LicenceState
from backend.db.versions import advance
from backend.errors import NotFoundProblem, PreconditionFailed, Unprocessable
from backend.features.licence.schemas import DifferenceView
from backend.features.licence.views import difference_view
from backend.http.guard import no_such

__all__ = ["history", "preview", "put", "remove", "reset"]

_SHOWN = 100


async def history(db: AsyncSession) -> list[LicenceEvent]:
    """The newest hundred things that happened."""
    query = select(LicenceEvent).order_by(col(LicenceEvent.at).desc()).limit(_SHOWN)
    return list((await db.execute(query)).scalars())


def preview(licences: Licences, now: Situation, text: str) -> DifferenceView:
    """What `text` would change. Raises 422 for what is no licence."""
    fresh = _read(now, text)
    winner = now.chosen.winner
    higher = winner if winner in {"environment", "file"} else None
    # Beside a higher source it changes nothing: what is compared is what would hold without that.
    gone = (Given("environment", None), Given("file", None)) if higher else ()
    before = licences.situation(instead=gone)
    after = licences.situation(instead=(*gone, _with(now, fresh)))
    told = compare(before.standing, after.standing)
    return difference_view(told, after, wins=not higher, wins_over=higher)


async def put(
    db: AsyncSession, audit: Audit, caller: Principal, now: Situation, text: str
) -> LicenceState:
    """Put the licences of `text` in, beside those there are, at the version that was read."""
    fresh = _read(now, text)
    row = await _advanced(db, now)
    for one in fresh:
        licence = one.licence
        if licence.jti in now.stored.documents:  # the one there is not believed: see `_require_new`
            await _taken_out(db, audit, caller, licence.jti)
        db.add(
            LicenceDocument(
                id=licence.jti, token=one.token, added=time.time(), added_by=caller.login
            )
        )
        happened(db, "added", "", licence.jti, caller.login)
        said = {
            "account": licence.sub,
            "edition": licence.edition,
            "expires": str(licence.expires_on),
        }
        target = licence_target(caller.organisation, licence.jti)
        change = Change.of(said, show=frozenset(said))
        audit.did("add-licence", target, change=change, right=Verb.UPDATE)
    return row


async def remove(
    db: AsyncSession, audit: Audit, caller: Principal, now: Situation, jti: str
) -> LicenceState:
    """Take one that was put in here out again."""
    row = await _advanced(db, now)
    await _taken_out(db, audit, caller, jti)
    return row


async def _taken_out(db: AsyncSession, audit: Audit, caller: Principal, jti: str) -> None:
    gone = delete(LicenceDocument).where(col(LicenceDocument.id) == jti)
    if not (await db.execute(gone.returning(col(LicenceDocument.id)))).first():
        raise NotFoundProblem(no_such("licence put in at this console"))
    happened(db, "removed", jti, "", caller.login)
    target = licence_target(caller.organisation, jti)
    audit.did("remove-licence", target, right=Verb.UPDATE)


async def reset(db: AsyncSession, audit: Audit, caller: Principal, now: Situation) -> LicenceState:
    """Let the wall clock be believed: the mark is set to what it shows."""
    wall = now.clock.wall
    values = {"mark": wall, "resets": now.stored.resets + 1}
    row = await _advanced(db, now, **values)
    before, after = _moment(now.clock.mark), _moment(wall)
    happened(db, "clock", before, after, caller.login)
    change = Change.between({"mark": before}, {"mark": after}, show=frozenset({"mark"}))
    target = licence_target(caller.organisation)
    audit.did("reset-clock", target, change=change, right=Verb.UPDATE)
    return row


async def _advanced(db: AsyncSession, now: Situation, **values: object) -> LicenceState:
    """The row, at its next version: of two changes of one version the second is refused."""
    row = await db.get_one(LicenceState, LICENCE_ROW)
    if row.row_version != now.stored.version:
        raise PreconditionFailed("The licences were changed by somebody else at this moment.")
    await advance(db, row, values, "licence")
    return row


def _read(now: Situation, text: str) -> tuple[Verified, ...]:
    """The licences in `text` that are not there yet."""
    try:
        found = read(text, now.trust.keys)
        fresh = tuple(one for one in found if one.token not in now.stored.tokens)
        _require_new(now, fresh)
    except Refused as error:
        raise Unprocessable(
            str(error), errors=[{"field": "text", "message": str(error)}]
        ) from error
    return fresh


def _require_new(now: Situation, fresh: Sequence[Verified]) -> None:
    if not fresh:
        raise Refused("It is here already; nothing would change.")
    if len(_beside(now, fresh)) + len(fresh) > MOST_DOCUMENTS:
        raise Refused(f"There may be {MOST_DOCUMENTS} licences; take old ones out first.")
    here = (source for source in now.chosen.sources if source.place == "database")
    known = next((source.documents for source in here), ())
    require_coherent([one.licence for one in (*known, *fresh)])


def _with(now: Situation, fresh: Sequence[Verified]) -> Given:
    tokens = [*_beside(now, fresh), *(one.token for one in fresh)]
    return Given("database", "\n".join(tokens))


def _beside(now: Situation, fresh: Sequence[Verified]) -> list[str]:
    """What stays beside `fresh`: one that is not believed any more gives way to a licence of its
    id, which was signed again with a key that is."""
    ids = {one.licence.jti for one in fresh}
    return [token for jti, token in now.stored.documents.items() if jti not in ids]


def _moment(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
