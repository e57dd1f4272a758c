"""`/api/v1/licence`: what holds, what another licence would change, putting one in and out."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Path, Response

from auth.principal import Principal
from auth.scope import organisation
from auth.verb import Verb
from backend.commerce.entitled import Entitled
from backend.commerce.licence.keeper import Licences, Situation
from backend.db.session import DbSession
from backend.features.licence import service
from backend.features.licence.rights import KIND
from backend.features.licence.schemas import ActView, DifferenceView, LicenceText, LicenceView
from backend.features.licence.views import act_views, licence_view
from backend.http.audited import Audited
from backend.http.changing import Changed
from backend.http.documented import answers
from backend.http.fields import NO_CONTROLS
from backend.http.guard import Decides, Requires
from backend.http.stepup import FreshNow
from backend.http.versions import tagged
from backend.parts import part

__all__ = ["router"]

router = APIRouter(tags=["licence"], prefix="/licence")
Known = Annotated[Licences, part(Licences)]
Sees: Final = Requires(KIND, Verb.GET)
Changes: Final = Requires(KIND, Verb.UPDATE)
LicenceId = Annotated[str, Path(max_length=256, pattern=NO_CONTROLS)]


@router.get("", dependencies=[Sees])
async def read_licence(licences: Known, db: DbSession, response: Response) -> LicenceView:
    """The state, what is used of what is entitled to, sources, clock and history."""
    found = await licences.ready()
    tagged(response, found.stored.version)
    return await _view(db, found)


@router.get(
    "/acts", dependencies=[Decides("nobody's: whether an act is covered, and no number of it")]
)
async def list_licensed_acts(entitled: Entitled) -> list[ActView]:
    """Which acts the licence covers now, for who would do them; the numbers are told to those who
    may see the licence."""
    caller = entitled.caller
    sees = caller.policy.decide(KIND, Verb.GET, organisation(caller.organisation)).allowed
    return act_views(entitled.standing, numbers=sees)


@router.post("/preview", dependencies=[Changes])
async def preview_licence(body: LicenceText, licences: Known) -> DifferenceView:
    """What these licences would change, without saving anything."""
    return service.preview(licences, await licences.ready(), body.text)


@router.post("/documents", status_code=201, responses=answers(409))
async def add_licence(
    *,
    body: LicenceText,
    caller: Annotated[Principal, Changes],
    licences: Known,
    db: DbSession,
    audit: Audited,
    changed: Changed,
) -> LicenceView:
    """Put licences in, beside those there are. Needs `If-Match`."""
    found = await _current(licences, db, changed)
    row = await service.put(db, audit, caller, found, body.text)
    changed.done(caller, row.row_version, fresh=False)
    return await _after(licences, db)


@router.delete("/documents/{licence_id}")
async def remove_licence(
    *,
    licence_id: LicenceId,
    caller: Annotated[Principal, Changes],
    licences: Known,
    db: DbSession,
    audit: Audited,
    changed: Changed,
) -> LicenceView:
    """Take a licence out that was put in here. Needs `If-Match`."""
    found = await _current(licences, db, changed)
    row = await service.remove(db, audit, caller, found, licence_id)
    changed.done(caller, row.row_version, fresh=False)
    return await _after(licences, db)


@router.post("/clock/reset", dependencies=[FreshNow])
async def reset_licence_clock(
    *,
    caller: Annotated[Principal, Changes],
    licences: Known,
    db: DbSession,
    audit: Audited,
    changed: Changed,
) -> LicenceView:
    """Believe the clock of this machine as it is: the high-water mark is set to it. Needs
    `If-Match`."""
    found = await _current(licences, db, changed)
    row = await service.reset(db, audit, caller, found)
    changed.done(caller, row.row_version)
    return await _after(licences, db)


async def _current(licences: Licences, db: DbSession, changed: Changed) -> Situation:
    found = await licences.ready()
    changed.check(found.stored.version, await _view(db, found))
    return found


async def _after(licences: Licences, db: DbSession) -> LicenceView:
    await db.commit()
    await licences.look()
    return await _view(db, await licences.ready())


async def _view(db: DbSession, found: Situation) -> LicenceView:
    return licence_view(found, await service.history(db))
