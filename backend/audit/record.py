"""`Audit`: writes entries in the transaction of the change they tell of."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncSession

from auth.policy import Policy
from auth.role import Verb
from auth.scope import render
from backend.audit.change import Change
from backend.audit.origin import Origin
from backend.audit.target import Target
from backend.db.audit import AuditEntry

__all__ = ["Audit", "Tried", "entry"]

Tried = Literal["begun", "failed", "unknown"]
"""How far an action came that is not known to be done."""


class Audit:
    """The record, bound to one request (or one background task) and its transaction: there is
    no change without its entry and no entry without its change."""

    def __init__(self, db: AsyncSession, origin: Origin, policy: Policy | None = None) -> None:
        """`policy` names the binding that allowed an action."""
        self._db = db
        self._policy = policy
        self.origin = origin

    def did(
        self,
        action: str,
        target: Target,
        *,
        change: Change | None = None,
        detail: str = "",
        right: Verb | None = None,
        upstream: str = "",
    ) -> None:
        """Record that `action` was done to `target`, in the caller's transaction.

        `action` is a verb (``update``) or a finer word (``set-policy``); then `right` is the
        verb that allowed it, ``update`` unless given. `detail` is a sentence for people, `upstream`
        what another system answered.
        """
        self._db.add(
            entry(
                self.origin,
                action,
                target,
                decision="allowed",
                outcome="success",
                binding=self._deciding(action, target, right),
                change=change.render() if change else "",
                detail=detail,
                upstream=upstream[:512],
            )
        )

    def tried(
        self,
        action: str,
        target: Target,
        outcome: Tried,
        *,
        detail: str,
        right: Verb | None = None,
        upstream: str = "",
    ) -> None:
        """Record that `action` was allowed (by `right`, as in `did`) and tried, and did not come to
        its end: it is only ``begun``, it ``failed``, or what came of it is ``unknown``."""
        self._db.add(
            entry(
                self.origin,
                action,
                target,
                decision="allowed",
                outcome=outcome,
                detail=detail,
                binding=self._deciding(action, target, right),
                upstream=upstream[:512],
            )
        )

    def failed(self, action: str, target: Target, *, detail: str, upstream: str = "") -> None:
        """Record that `action` was allowed and tried, and failed."""
        self.tried(action, target, "failed", detail=detail, upstream=upstream)

    def acting_as(self, origin: Origin) -> Audit:
        """The same record for a caller who has just signed in."""
        return Audit(self._db, origin)

    def _deciding(self, action: str, target: Target, right: Verb | None) -> str:
        if self._policy is None:
            return ""
        verb = right or (Verb(action) if action in set(Verb) else Verb.UPDATE)
        return self._policy.decide(target.kind, verb, target.scope).binding or ""


def entry(
    origin: Origin, action: str, target: Target, *, detail: str = "", **values: Any
) -> AuditEntry:
    """One entry; long names are cut to what the table holds, and what PostgreSQL does not take
    in a text is replaced: one such name must not lose the entries written with it."""
    who = asdict(origin)
    organisation = who.pop("organisation")
    said = {
        **who,
        "actor": origin.actor[:128],
        "provider": origin.provider[:96],
        "action": f"{target.kind}:{action}"[:96],
        "target_kind": target.kind,
        "target_id": target.id[:512],
        "target": target.name[:512],
        "scope": render(target.scope)[:4096],
        "detail": detail[:8192],
        **values,
    }
    return AuditEntry.at_now(organisation, **{name: _text(value) for name, value in said.items()})


def _text(value: Any) -> Any:
    return value.replace("\0", "\N{REPLACEMENT CHARACTER}") if isinstance(value, str) else value
