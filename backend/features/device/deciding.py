"""`/api/v1/device-requests`: the person who types a device's code, and lets it in or not."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Request

from auth.principal import CredentialKind, Principal
from auth.scope import organisation
from auth.subject import SubjectKind
from auth.verb import Verb
from backend.audit import Audit, Target
from backend.db.session import DbSession
from backend.db.signin import DeviceRequest
from backend.errors import Forbidden, NotFoundProblem, TooManyRequests
from backend.features.device.schemas import Asking, Code, Decision
from backend.http.audited import Audited
from backend.http.connections import address_group
from backend.http.documented import answers
from backend.http.guard import Decides
from backend.http.stepup import require_fresh
from backend.identity import devicelogin
from backend.identity.breakglass import refuse_to_break_glass
from backend.identity.limits import AttemptLimits, Limit
from backend.identity.sessions import DEVICE
from backend.parts import part
from backend.settings import Settings

__all__ = ["router"]

router = APIRouter(tags=["device"], prefix="/device-requests", responses=answers(429))

Caller = Annotated[Principal, Decides("nothing: a person lets a device in as themselves")]
Attempts = Annotated[AttemptLimits, part(AttemptLimits)]
_UNKNOWN: Final = "There is no such code, or it is over. Look at it once more, or begin anew."


@router.post("/lookup")
async def read_device_request(
    body: Code, request: Request, caller: Caller, db: DbSession, attempts: Attempts
) -> Asking:
    """What asks with this code. A wrong one and one that is over look alike, and are counted."""
    _refuse_programs(caller)
    found = await _found(db, attempts, request, caller, body.code)
    return Asking(
        code=devicelogin.readable(body.code),
        client=found.client,
        address=found.address,
        here=address_group(found.address) == address_group(_address(request)),
        created=found.created,
        expires=found.expires,
    )


@router.post("/decision", status_code=204)
async def decide_device_request(
    *,
    body: Decision,
    request: Request,
    caller: Caller,
    db: DbSession,
    audit: Audited,
    attempts: Attempts,
    settings: Annotated[Settings, part(Settings)],
) -> None:
    """Let the device act as the caller, or refuse it. Letting it in asks who is there."""
    _refuse_programs(caller)
    found = await _found(db, attempts, request, caller, body.code)
    if body.allow:
        require_fresh(caller, settings)
        await refuse_to_break_glass(db, caller.id)
    strong_at = caller.assurance.strong_at if body.allow else None
    person = caller.subject.id
    if await devicelogin.decide(db, body.code, person, allow=body.allow, strong_at=strong_at):
        _record(audit, caller, found, allowed=body.allow)
        return
    raise NotFoundProblem(_UNKNOWN)


async def _found(
    db: DbSession, attempts: AttemptLimits, request: Request, caller: Principal, code: str
) -> DeviceRequest:
    """The request with this code; a wrong code counts for the person, the address and in all."""
    limits = [
        Limit("device-person", caller.subject.id, 10, 30.0),
        Limit("device-address", address_group(_address(request)), 30, 10.0),
        Limit("device-codes", "all", 300, 1.0),
    ]
    wait = await attempts.take(limits)
    if wait:
        raise TooManyRequests(
            f"Too many codes were tried. Try again in {wait} seconds.",
            headers={"Retry-After": str(wait)},
            retry_after=wait,
        )
    found = await devicelogin.pending(db, code)
    if found is None:
        raise NotFoundProblem(_UNKNOWN)
    await attempts.give_back(limits)
    return found


def _refuse_programs(caller: Principal) -> None:
    """What is itself no person in a browser lets nobody in."""
    session = caller.credential.kind is CredentialKind.SESSION
    if not session or caller.assurance.method == DEVICE or caller.subject.kind != SubjectKind.USER:
        raise Forbidden("Only a person who is signed in in a browser can let a device in.")


def _record(audit: Audit, caller: Principal, found: DeviceRequest, *, allowed: bool) -> None:
    target = Target("session", "", caller.login, organisation(caller.organisation))
    word = "Let in" if allowed else "Refused"
    audit.did(
        "allow-device" if allowed else "deny-device",
        target,
        detail=f"{word} on the command line: {found.client}, from {found.address}.",
        right=Verb.CREATE,
    )


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
