"""What a workload's token says, shown to whoever makes the rules for it."""

from __future__ import annotations

from collections.abc import Sequence

from auth.oidc.idtoken import number
from auth.oidc.person import without_secrets
from auth.oidc.problems import Rejected
from auth.workload.text import shown
from auth.workload.token import read_token
from backend.db.trust import TrustRecord
from backend.features.trust.judging import judge
from backend.features.trust.schemas import RuleVerdict, TokenTested
from backend.features.trust.sources import Sources

__all__ = ["tested"]


async def tested(
    sources: Sources, token: str, rules: Sequence[TrustRecord], now: float
) -> TokenTested:
    """Its claims, without what could be used again, and a verdict of each rule."""
    try:
        read = read_token(token)
    except Rejected as error:
        return TokenTested(
            problem=str(error), signed=False, issuer="", subject="", algorithm="", key="",
            expires=None, claims={}, rules=[],
        )  # fmt: skip
    verdicts = await judge(sources, token, read, rules, now)
    return TokenTested(
        problem="",
        signed=any(one.signed for one in verdicts),
        issuer=read.issuer,
        subject=read.subject,
        algorithm=str(read.header.get("alg"))[:40],
        key=str(read.header.get("kid"))[:200],
        expires=number(read.claims, "exp"),
        claims=shown(without_secrets(read.claims)),
        rules=[
            RuleVerdict(
                id=one.rule.id, name=one.rule.name, matches=one.matches, against=list(one.against)
            )
            for one in verdicts
        ],
    )
