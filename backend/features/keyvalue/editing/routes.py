"""`/api/v1/etcd/…/key/…`: a key as it is changed, and changing it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request

from auth.principal import Principal
from auth.scope import Scope
from auth.verb import Verb
from backend.features.keyvalue.editing.changes import creating, deleting, editing, restoring
from backend.features.keyvalue.editing.past import state_at
from backend.features.keyvalue.editing.performing import Doing, perform, target_of
from backend.features.keyvalue.editing.schemas import (
    CreateKey,
    DeleteKey,
    EditKey,
    KeyBody,
    KeyChanged,
    KeyState,
    RestoreKey,
    StoreChanges,
)
from backend.features.keyvalue.editing.state import Asking, KeyOf, shown
from backend.features.keyvalue.leases.attaching import check_attachable
from backend.features.keyvalue.places import (
    Connected,
    Name,
    Text,
    at_folder,
    at_key,
    holds,
    key_scope,
)
from backend.features.keyvalue.ranges import ranges_below
from backend.features.keyvalue.rules import check_key, range_refusal, store_refusal
from backend.features.keyvalue.service import read_key
from backend.http.attempt import Attempt
from backend.http.documented import UPSTREAM, answers
from backend.http.guard import CurrentPrincipal
from backend.http.offering import Offer
from backend.http.stepup import Fresh
from backend.http.versions import IfMatch
from integrations.etcd.index import SEPARATOR
from integrations.etcd.integration import INTEGRATION as ETCD
from integrations.etcd.settings import EtcdSettings

__all__ = ["router"]

_MOST_BODY: Final = 10 * 1024 * 1024
"""A value of etcd's own limit as text with every character escaped, or as hexadecimal bytes."""

router = APIRouter(tags=["key-value: changes"], prefix="/etcd/{name}", responses=answers(*UPSTREAM))


async def at_key_in(caller: CurrentPrincipal, name: Name, body: KeyBody) -> Scope:
    """Where the key lies that the body names."""
    return key_scope(caller, name, body.key)


At = Annotated[Scope, Depends(at_key_in)]
Creates = Annotated[Principal, holds("key", Verb.CREATE, at_key_in)]
Updates = Annotated[Principal, holds("key", Verb.UPDATE, at_key_in)]
Deletes = Annotated[Principal, holds("key", Verb.DELETE, at_key_in)]


@router.get("/changes")
async def read_store_changes(
    name: Name,
    caller: Annotated[Principal, holds("key", Verb.LIST, at_folder)],
    upstreams: Connected,
    prefix: Text = "",
) -> StoreChanges:
    """What the caller can do in this store, or in the folder `prefix` of it, where, and why not."""
    settings = upstreams.find(ETCD, name).settings
    places = _ranges(caller, name, Verb.CREATE)
    lacking = places is not None and not places
    updates = _ranges(caller, name, Verb.UPDATE)
    neither = lacking and updates is not None and not updates
    refused = store_refusal(settings)
    return StoreChanges(
        offers=[
            _offer("create", "key:create" if lacking else "", refused),
            _offer("import", "key:create" if neither else "", refused),
            *(_of_folder(caller, settings, prefix) if prefix else ()),
        ],
        prefixes=sorted(places) if places else [settings.prefix],
    )


def _ranges(caller: Principal, name: str, verb: Verb) -> Mapping[str, Scope] | None:
    """Where in the store the caller holds that right; None: everywhere."""
    return ranges_below(caller.policy.scopes("key", verb), caller.organisation, name, "")


def _of_folder(caller: Principal, settings: EtcdSettings, prefix: str) -> Iterator[Offer]:
    where = key_scope(caller, settings.name, prefix.removesuffix(SEPARATOR) or SEPARATOR)
    for action, verb in (("export", Verb.EXPORT), ("delete-folder", Verb.DELETE)):
        may = caller.policy.decide("key", verb, where).allowed
        exports = verb is Verb.EXPORT
        refused = "" if exports else range_refusal(settings, read_key(prefix), [])
        yield _offer(action, "" if may else f"key:{verb.value}", refused)


def _offer(action: str, lacking: str, refused: str) -> Offer:
    why = f"Your roles here lack the right {lacking}." if lacking else refused
    return Offer(id=action, allowed=not why, why=why)


@router.get("/key")
async def read_key_state(
    name: Name,
    caller: Annotated[Principal, holds("key", Verb.GET, at_key)],
    upstreams: Connected,
    key: Text,
    *,
    revision: Annotated[int, Query(ge=0, le=2**62, description="As it was then; 0: now")] = 0,
    bare: Annotated[bool, Query(description="Leave its value out")] = False,
) -> KeyState:
    """A key as it is now, by the quorum, with what may be done to it and why not; or as it was."""
    of = shown(KeyOf(upstreams.find(ETCD, name), read_key(key), key_scope(caller, name, key)))
    state = await state_at(Asking(of, caller), revision)
    return state.model_copy(update={"text": None, "base64": None}) if bare else state


async def _done(
    request: Request, asking: Asking, doing: Doing, action: str, *, right: Verb
) -> KeyChanged:
    attempt = Attempt(request, asking.caller, action, target_of(asking), right=right)
    return await perform(asking, doing, attempt)


async def _check_lease(asking: Asking, lease: str) -> None:
    """Nothing is asked of etcd about a lease where the key may not be written at all."""
    check_key(asking.of.connection.settings, asking.of.key)
    await check_attachable(asking.of.connection, asking.caller, lease)


@router.post("/key/create", max_body_size=_MOST_BODY, dependencies=[Fresh], responses=answers(409))
async def create_key(
    *,
    name: Name,
    request: Request,
    body: CreateKey,
    caller: Creates,
    where: At,
    upstreams: Connected,
) -> KeyChanged:
    """Make a key that is not there; 409 where it is."""
    asking = Asking(KeyOf(upstreams.find(ETCD, name), read_key(body.key), where), caller)
    await _check_lease(asking, body.lease)
    return await _done(request, asking, creating(asking, body), "create", right=Verb.CREATE)


@router.post("/key/edit", max_body_size=_MOST_BODY, dependencies=[Fresh], responses=answers(409))
async def edit_key(
    *,
    name: Name,
    request: Request,
    body: EditKey,
    caller: Updates,
    where: At,
    upstreams: Connected,
    if_match: IfMatch = None,
) -> KeyChanged:
    """Give a key another value, if nobody changed it since; its lease stays unless another is
    asked for. With the version ``0`` it is made anew where it has gone."""
    asking = Asking(KeyOf(upstreams.find(ETCD, name), read_key(body.key), where), caller, if_match)
    await _check_lease(asking, "" if body.keep_lease else body.lease)
    return await _done(request, asking, editing(asking, body), "edit", right=Verb.UPDATE)


@router.post("/key/delete", dependencies=[Fresh], responses=answers(409))
async def delete_key(
    *,
    name: Name,
    request: Request,
    body: DeleteKey,
    caller: Deletes,
    where: At,
    upstreams: Connected,
    if_match: IfMatch = None,
) -> KeyChanged:
    """Delete a key, if nobody changed it since."""
    asking = Asking(KeyOf(upstreams.find(ETCD, name), read_key(body.key), where), caller, if_match)
    return await _done(request, asking, deleting(asking), "delete", right=Verb.DELETE)


@router.post("/key/restore", dependencies=[Fresh], responses=answers(409))
async def restore_key(
    *,
    name: Name,
    request: Request,
    body: RestoreKey,
    caller: Updates,
    where: At,
    upstreams: Connected,
    if_match: IfMatch = None,
) -> KeyChanged:
    """Put a key back as it was at a revision that is still held, if nobody changed it since."""
    asking = Asking(KeyOf(upstreams.find(ETCD, name), read_key(body.key), where), caller, if_match)
    doing = await restoring(asking, body.revision)
    return await _done(request, asking, doing, "restore", right=Verb.UPDATE)
