"""`/api/v1/users` and `/api/v1/bindings`: changes; reading goes through the collections."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from auth.kinds import Catalogue
from auth.principal import Principal
from auth.role import Verb
from auth.scope import InvalidScopeError, Scope, organisation, parse
from backend.db.identity import UserRecord
from backend.db.rights import BindingRecord
from backend.db.session import DbSession, DbSessions
from backend.features.access import bindings, service
from backend.features.access.explaining import router as explaining
from backend.features.access.grantors import grantors
from backend.features.access.invitationroutes import router as inviting
from backend.features.access.previewing import preview_of
from backend.features.access.requestroutes import router as requesting
from backend.features.access.schemas import (
    BindingChange,
    BindingView,
    Grantors,
    GrantPreview,
    NewBinding,
    NewUser,
    UserChange,
    UserView,
)
from backend.features.access.subjects import name_of
from backend.http.audited import Audited
from backend.http.changing import Changed
from backend.http.documented import answers
from backend.http.fields import PathId
from backend.http.guard import CurrentPrincipal, Decides, Requires
from backend.http.stepup import Fresh, require_fresh
from backend.identity.granting import Granter
from backend.identity.reading import subject as subject_of
from backend.identity.roles import present_roles
from backend.parts import part
from backend.settings import Settings

router = APIRouter(tags=["access"], responses=answers(409))
router.include_router(explaining)
router.include_router(requesting)
router.include_router(inviting)


async def at_binding(
    caller: CurrentPrincipal, db_sessions: DbSessions, binding_id: PathId
) -> Scope:
    """Where the binding gives its rights; a missing one lies in the organisation."""
    async with db_sessions() as db:
        record = await db.get(BindingRecord, binding_id)
    try:
        return parse(record.scope if record else "")
    except InvalidScopeError:
        return organisation(caller.organisation)


@router.get("/grantors")
async def read_grantors(
    caller: Annotated[
        Principal,
        Decides("nothing: told to whoever is signed in"),
    ],
    db: DbSession,
    catalogue: Annotated[Catalogue, part(Catalogue)],
) -> Grantors:
    """Who else can grant the caller what they lack: people's names, or the login of who has none,
    and nothing else of them."""
    roles = await present_roles(db, catalogue)
    return Grantors(names=await grantors(db, caller, roles.values(), others=True))


@router.post("/users", status_code=201, dependencies=[Requires("user", Verb.CREATE)])
async def create_user(body: NewUser, db: DbSession, audit: Audited) -> UserView:
    """Create a local account; it has no rights until it is bound to a role."""
    return _user_view(await service.create_user(db, audit, body))


@router.patch("/users/{user_id}")
async def change_user(
    *,
    user_id: PathId,
    body: UserChange,
    caller: Annotated[Principal, Requires("user", Verb.UPDATE)],
    db: DbSession,
    audit: Audited,
    changed: Changed,
) -> UserView:
    """Switch an account off or on, or set its password. Needs `If-Match`."""
    present = await service.find_user(db, user_id)
    changed.check(present.row_version, _user_view(present))
    user = await service.change_user(db, audit, caller, present, body)
    # Who sets a password can sign in with it.
    changed.done(caller, user.row_version, fresh=body.password is not None)
    return _user_view(user)


@router.delete("/users/{user_id}", status_code=204, dependencies=[Requires("user", Verb.DELETE)])
async def delete_user(user_id: PathId, db: DbSession, audit: Audited) -> None:
    """Remove an account with its bindings and sessions."""
    await service.delete_user(db, audit, user_id)


@router.post("/bindings", status_code=201)
async def create_binding(
    *,
    caller: Annotated[Principal, Decides("create on bindings, at the scope the body names")],
    body: NewBinding,
    db: DbSession,
    audit: Audited,
    catalogue: Annotated[Catalogue, part(Catalogue)],
    settings: Annotated[Settings, part(Settings)],
) -> BindingView:
    """Give a subject a role at a scope, where the caller may and holds as much."""
    by = Granter(caller, await present_roles(db, catalogue))
    record = await bindings.create_binding(db, audit, by, body)
    require_fresh(caller, settings)  # last: who may not, or mistyped, is told so first
    return _binding_view(record, body.subject)


@router.post("/bindings/preview")
async def preview_binding(
    *,
    caller: Annotated[Principal, Decides("create on bindings, at the scope the body names")],
    body: NewBinding,
    db: DbSession,
    catalogue: Annotated[Catalogue, part(Catalogue)],
) -> GrantPreview:
    """What granting this would give; it is refused as granting it would be."""
    by = Granter(caller, await present_roles(db, catalogue))
    grant = await bindings.checked(db, by, body)
    return await preview_of(db, caller, body, grant, catalogue)


@router.patch("/bindings/{binding_id}")
async def change_binding(
    *,
    binding_id: PathId,
    body: BindingChange,
    caller: Annotated[Principal, Requires("binding", Verb.UPDATE, at_binding)],
    db: DbSession,
    audit: Audited,
    catalogue: Annotated[Catalogue, part(Catalogue)],
    changed: Changed,
) -> BindingView:
    """Have a role end at another time, or say why it is given; for it to last longer the caller
    must hold as much for as long. Needs `If-Match`."""
    record = await bindings.find_binding(db, binding_id)
    name = await name_of(db, subject_of(record))
    changed.check(record.row_version, _binding_view(record, name))
    by = Granter(caller, await present_roles(db, catalogue))
    await bindings.change_binding(db, audit, by, record, body)
    changed.done(caller, record.row_version)
    return _binding_view(record, name)


@router.delete(
    "/bindings/{binding_id}",
    status_code=204,
    dependencies=[Requires("binding", Verb.DELETE, at_binding), Fresh],
)
async def delete_binding(binding_id: PathId, db: DbSession, audit: Audited) -> None:
    """Take the role away again, where the caller may."""
    await bindings.delete_binding(db, audit, binding_id)


def _binding_view(record: BindingRecord, subject: str) -> BindingView:
    named = {"subject": subject, "role": record.role_id}
    return BindingView(**record.model_dump(exclude={"subject_id", "role_id"}), **named)


def _user_view(user: UserRecord) -> UserView:
    return UserView(**user.model_dump(exclude={"password_hash"}))
