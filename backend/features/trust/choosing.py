"""As which service account a workload's token is good, by the rules there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.workload.token import Read
from backend.db.identity import ServiceRecord
from backend.db.trust import TrustRecord
from backend.features.trust.judging import Verdict, judge
from backend.features.trust.sources import Sources

__all__ = ["Candidate", "Refused", "candidates", "choose"]

_MOST: Final = 400
"""Rules that are looked at for one token."""
_NONE: Final = (
    "No trust rule accepts this token. Whoever looks after the service account can test it there "
    "and see why."
)
Candidate = tuple[TrustRecord, ServiceRecord]


@dataclass
class Refused(Exception):
    """No token is given: `sentence` is for whoever asks, anybody, and tells nothing of the rules;
    `why` is for the record. `silent`: its
    issuer could not be asked now."""

    code: str
    sentence: str
    why: str
    silent: bool = False


async def candidates(db: AsyncSession, read: Read, account: str) -> list[Candidate]:
    """The rules that name the token's issuer, of accounts that are not switched off; of one
    account alone where the token's bearer names it."""
    of, service = TrustRecord, ServiceRecord
    found = select(of, service).join(service, col(service.id) == col(of.account_id))
    found = found.where(col(of.issuer) == read.issuer, col(service.disabled).is_(False))
    if account:
        found = found.where(or_(col(service.name) == account, col(service.id) == account))
    found = found.order_by(col(of.created), col(of.id)).limit(_MOST)
    return [(rule, owner) for rule, owner in (await db.execute(found)).all()]


async def choose(
    sources: Sources, token: str, read: Read, found: Sequence[Candidate], now: float
) -> Candidate:
    """The rule that matches, and its account. Raises `Refused`."""
    verdicts = await judge(sources, token, read, [rule for rule, _ in found], now)
    owners = {rule.id: account for rule, account in found}
    matching = [one.rule for one in verdicts if one.matches]
    accounts = {owners[rule.id].name for rule in matching}
    if len(accounts) > 1:
        raise Refused(
            "invalid_target",
            "Rules of several service accounts accept this token: name one of them by audience.",
            f"it is good for several accounts: {', '.join(sorted(accounts))[:400]}",
        )
    if matching:
        return matching[0], owners[matching[0].id]
    raise _refused(verdicts)


def _refused(verdicts: Sequence[Verdict]) -> Refused:
    if not verdicts:
        return Refused("invalid_request", _NONE, "no rule names its issuer")
    why = "; ".join(f"{one.rule.name}: {one.against[0]}" for one in verdicts[:10])
    if any(one.silent for one in verdicts) and not any(one.signed for one in verdicts):
        sentence = "The issuer of this token cannot be asked for its keys now: try again later."
        return Refused("temporarily_unavailable", sentence, why, silent=True)
    return Refused("invalid_request", _NONE, why)
