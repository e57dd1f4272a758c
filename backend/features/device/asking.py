"""`/api/v1/oauth`: the device that asks, and asks again until its person has decided."""

from __future__ import annotations

from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession

from auth.scope import organisation
from backend.audit import Audit, Origin, Target
from backend.db.identity import UserRecord
from backend.db.session import DbSession
from backend.features.device.schemas import DeviceAnswer, DeviceCodes
from backend.http.audited import StrangerAudited
from backend.http.connections import address_group
from backend.http.guard import Public
from backend.http.oauth import OAUTH_ERRORS, read_form, refused
from backend.http.origin import own_address
from backend.identity import devicelogin
from backend.identity.credentials import Identities
from backend.identity.devicelogin import Answer, Polled
from backend.identity.limits import AttemptLimits, Limit
from backend.identity.sessions import DEVICE
from backend.parts import part
from backend.settings import Settings

__all__ = ["router"]

router = APIRouter(tags=["device"], prefix="/oauth")

CLIENT: Final = "craton-cli"
"""The one public client there is: its id is no secret and proves nothing."""
GRANT: Final = "urn:ietf:params:oauth:grant-type:device_code"
_SENTENCES: Final = {
    Answer.PENDING: "Nobody has decided yet.",
    Answer.SLOW_DOWN: "Ask less often: wait five seconds longer.",
    Answer.DENIED: "The request was refused in the console.",
    Answer.EXPIRED: "The request is over, or there is none: ask anew.",
}
Attempts = Annotated[AttemptLimits, part(AttemptLimits)]
Configured = Annotated[Settings, part(Settings)]


@router.post("/device_authorization", dependencies=[Public], responses=OAUTH_ERRORS)
async def authorize_device(
    request: Request, db: DbSession, attempts: Attempts, settings: Configured
) -> DeviceCodes:
    """Ask to be let in (RFC 8628, section 3.1), by a form with `client_id` (craton-cli) and
    `client_name`, which the person is shown."""
    form = await read_form(request)
    _refuse_client(form.need("client_id"), settings)
    name = " ".join(form.need("client_name").split())
    if not name.isprintable():
        raise refused("invalid_request", "The field client_name is for people to read.")
    address = _address(request)
    await _count(attempts, Limit("device-ask", address_group(address), 10, 30.0))
    codes = await devicelogin.ask(db, name, address)
    if codes is None:
        raise refused("temporarily_unavailable", "Too many ask at once: try again later.")
    page = f"{own_address(request, settings)}/device"
    return DeviceCodes(
        device_code=codes.device,
        user_code=codes.user,
        verification_uri=page,
        verification_uri_complete=f"{page}#{quote(codes.user)}",
        expires_in=int(devicelogin.LIFETIME),
        interval=int(devicelogin.INTERVAL),
    )


@router.post("/token", dependencies=[Public], responses=OAUTH_ERRORS)
async def device_token(
    *,
    request: Request,
    db: DbSession,
    audit: StrangerAudited,
    attempts: Attempts,
    settings: Configured,
    identities: Annotated[Identities, part(Identities)],
) -> DeviceAnswer:
    """Ask whether the person has decided (RFC 8628, section 3.4): `grant_type`, `client_id` and
    `device_code`. The token is in this answer and nowhere else."""
    form = await read_form(request)
    if form.need("grant_type") != GRANT:
        raise refused("unsupported_grant_type", f"Only {GRANT} is answered here.")
    _refuse_client(form.need("client_id"), settings)
    await _count(attempts, Limit("device-poll", address_group(_address(request)), 60, 0.2))
    found = await devicelogin.poll(db, form.need("device_code"))
    user = await _allowed_by(db, found)
    if user is None or isinstance(found, Answer):
        await db.commit()  # that it asked counts, whatever it is told
        told = found if isinstance(found, Answer) else Answer.DENIED
        raise refused(told, _SENTENCES[told])
    # In one transaction with the end of its request: what ends all sessions finds one of the two.
    token = await identities.open(
        db, user, _address(request), found.client, method=DEVICE, strong_at=found.strong_at
    )
    _record(audit, request, user, found)
    await db.commit()  # whoever gets the token may use it
    return DeviceAnswer(access_token=token, expires_in=int(identities.lifetime))


async def _allowed_by(db: AsyncSession, found: Polled | Answer) -> UserRecord | None:
    """Who let it in; None where nobody did, or they are switched off by now."""
    if isinstance(found, Answer) or found.user_id is None:
        return None
    user = await db.get(UserRecord, found.user_id)
    return None if user is None or user.disabled else user


def _record(audit: Audit, request: Request, user: UserRecord, found: Polled) -> None:
    org = audit.origin.organisation
    origin = Origin(org, user.login, "user", user.id).over(request)
    detail = f"Signed in on the command line: {found.client}."
    target = Target("session", "", user.login, organisation(org))
    audit.acting_as(origin).did("open", target, detail=detail)


def _refuse_client(client: str, settings: Settings) -> None:
    if not settings.device_sign_in:
        raise refused(
            "unauthorized_client",
            "Signing in on the command line is switched off: use an API token (CRATON_TOKEN).",
        )
    if client != CLIENT:
        raise refused("invalid_client", f"Only the client {CLIENT} is known.")


async def _count(attempts: AttemptLimits, limit: Limit) -> None:
    wait = await attempts.take([limit])
    if wait:
        raise refused("slow_down", f"Too many ask from this address: wait {wait} seconds.")


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
