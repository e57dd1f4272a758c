"""`/api/v1/etcd/…/leases`: which there are, and what is done to them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request

from auth.principal import Principal
from auth.verb import Verb
from backend.features.keyvalue.leases import changing
from backend.features.keyvalue.leases.schemas import (
    GrantLease,
    LeaseChanged,
    LeasePage,
    LeaseView,
)
from backend.features.keyvalue.leases.state import Asking, find, lease_page, lease_view
from backend.features.keyvalue.places import Connected, Name, at_folder, holds
from backend.http.attempt import Attempt
from backend.http.documented import UPSTREAM, answers
from backend.http.stepup import Fresh
from backend.http.versions import IfMatch
from integrations.etcd.integration import INTEGRATION as ETCD

__all__ = ["router"]

router = APIRouter(
    tags=["key-value: leases"], prefix="/etcd/{name}/leases", responses=answers(*UPSTREAM)
)
Number = Annotated[str, Path(pattern="^[0-9a-f]{1,16}$")]
Reader = Annotated[Principal, holds("key", Verb.LIST, at_folder)]


def _asking(name: str, caller: Principal, upstreams: Connected) -> Asking:
    return Asking(upstreams.find(ETCD, name), caller)


def _attempt(request: Request, asking: Asking, action: str, lease: str, right: Verb) -> Attempt:
    target = changing.lease_target(asking, lease)
    return Attempt(request, asking.caller, action, target, right=right)


@router.get("")
async def list_leases(name: Name, caller: Reader, upstreams: Connected) -> LeasePage:
    """The leases with the keys that go with them, those that end first first."""
    return await lease_page(_asking(name, caller, upstreams))


@router.get("/{lease}")
async def read_lease(name: Name, lease: Number, caller: Reader, upstreams: Connected) -> LeaseView:
    """One lease as it is now."""
    asking = _asking(name, caller, upstreams)
    return lease_view(asking, await find(asking, lease))


@router.post("", status_code=201, dependencies=[Fresh], responses=answers(409))
async def grant_lease(
    name: Name, request: Request, body: GrantLease, caller: Reader, upstreams: Connected
) -> LeaseChanged:
    """A new lease, for whoever may create a key to attach to it."""
    asking = _asking(name, caller, upstreams)
    attempt = _attempt(request, asking, "grant-lease", "", right=Verb.CREATE)
    return await changing.grant(asking, body.ttl, attempt)


@router.post("/{lease}/keep-alive", dependencies=[Fresh], responses=answers(409))
async def keep_lease_alive(
    name: Name, lease: Number, request: Request, caller: Reader, upstreams: Connected
) -> LeaseChanged:
    """Let it run its whole time anew, once. Needs the right to update each of its keys."""
    asking = _asking(name, caller, upstreams)
    attempt = _attempt(request, asking, "keep-lease", lease, right=Verb.UPDATE)
    return await changing.keep_alive(asking, lease, attempt)


@router.post("/{lease}/revoke", dependencies=[Fresh], responses=answers(409))
async def revoke_lease(
    *,
    name: Name,
    lease: Number,
    request: Request,
    caller: Reader,
    upstreams: Connected,
    if_match: IfMatch = None,
) -> LeaseChanged:
    """End it; its keys go with it. Needs the right to delete each of them."""
    asking = _asking(name, caller, upstreams)
    attempt = _attempt(request, asking, "revoke-lease", lease, right=Verb.DELETE)
    return await changing.revoke(asking, lease, if_match, attempt)
