"""Which rules a workload's token matches, and why the others do not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from auth.oidc.problems import Rejected
from auth.workload.rule import Condition, Trusted
from auth.workload.token import Read, check_times
from backend.db.trust import TrustRecord
from backend.features.trust.sources import Sources
from backend.providers.outward import Unreachable

__all__ = ["Verdict", "judge", "trusted"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What speaks against a rule's believing the token; nothing when it matches. `signed`: its
    issuer's signature is right; `silent`: the issuer could not be asked."""

    rule: TrustRecord
    against: tuple[str, ...]
    signed: bool = False
    silent: bool = False

    @property
    def matches(self) -> bool:
        """Whether the token is as the rule wants it."""
        return self.signed and not self.against


def trusted(rule: TrustRecord) -> Trusted:
    """What the rule says."""
    conditions = tuple(Condition(one["claim"], one["pattern"]) for one in rule.conditions)
    return Trusted(rule.issuer, rule.audience, conditions)


async def judge(
    sources: Sources, token: str, read: Read, rules: Sequence[TrustRecord], now: float
) -> list[Verdict]:
    """A verdict on each rule. Of another issuer's rules the signature is not looked at, and of
    one issuer it is looked at once."""
    asked: dict[tuple[str, ...], _Signed] = {}
    verdicts = []
    for rule in rules:
        if rule.issuer != read.issuer:
            against = trusted(rule).against(read.claims)
            verdicts.append(Verdict(rule, against[:1]))
            continue
        key = (rule.issuer, rule.cluster, rule.connection, rule.leads)
        if key not in asked:
            asked[key] = await _signed(sources, token, rule, now)
        found = asked[key]
        against = found.against or trusted(rule).against(found.claims)
        verdicts.append(Verdict(rule, against, signed=found.signed, silent=found.silent))
    return verdicts


@dataclass(frozen=True, slots=True)
class _Signed:
    claims: Mapping[str, Any]
    against: tuple[str, ...] = ()
    signed: bool = False
    silent: bool = False


async def _signed(sources: Sources, token: str, rule: TrustRecord, now: float) -> _Signed:
    """The claims of the issuer's, signature and times checked."""
    try:
        claims = await sources.verify(token, rule)
    except Rejected as error:
        return _Signed({}, (str(error),))
    except Unreachable as error:
        return _Signed({}, (f"the issuer's keys cannot be read: {error}",), silent=True)
    try:
        check_times(claims, now)
    except Rejected as error:
        return _Signed(claims, (str(error),), signed=True)
    return _Signed(claims, signed=True)
