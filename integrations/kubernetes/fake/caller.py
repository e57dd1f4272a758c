"""Who asks the fake API server: the connection, somebody it acts as, or somebody's token."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from integrations.kubernetes.fake.refusal import Place, Refusal, forbidden
from integrations.kubernetes.fake.store import Store

__all__ = ["Caller", "caller_of", "review"]

CONNECTION = "fake"


@dataclass(frozen=True, slots=True)
class Caller:
    """`subjects` are the user and the groups; none means the connection, which may all."""

    user: str = CONNECTION
    subjects: tuple[str, ...] = ()

    def check(self, store: Store, place: Place) -> None:
        """Raise the 403 of a right that is missing."""
        if not self.subjects or store.allows(
            self.subjects, place.verb, place.plural, place.namespace
        ):
            return
        raise forbidden(self.user, place)


def caller_of(store: Store, headers: Iterable[tuple[bytes, bytes]]) -> Caller:
    """Who the headers say it is; raises as the API server does."""
    if store.unauthorized:
        raise Refusal(401, "Unauthorized", "Unauthorized")
    plain = [(name.decode().lower(), value.decode()) for name, value in headers]
    values = dict(reversed(plain))
    token = values.get("authorization", "").removeprefix("Bearer ")
    user = values.get("impersonate-user", "")
    groups = tuple(value for name, value in plain if name == "impersonate-group")
    if groups and not user:
        raise Refusal(400, "BadRequest", "requested groups without impersonating a user")
    if user:
        if not store.may_impersonate:
            raise forbidden(CONNECTION, Place("impersonate", "", "users", "", user))
        return Caller(user, (user, *groups, "system:authenticated"))
    if token:
        if token not in store.tokens:
            raise Refusal(401, "Unauthorized", "Unauthorized")
        return Caller(store.tokens[token], (store.tokens[token],))
    return Caller()


def review(store: Store, caller: Caller, kind: str, spec: dict[str, Any]) -> dict[str, Any]:
    """The answer to a `SubjectAccessReview` or one of its `Self` relatives."""
    if kind == "selfsubjectrulesreviews":
        rules = [
            {"verbs": [g.verb], "apiGroups": ["*"], "resources": [g.plural]}
            for g in sorted(store.grants)
            if g.subject in caller.subjects and g.namespace in {"", spec["namespace"]}
        ]
        return {"status": {"resourceRules": rules, "nonResourceRules": [], "incomplete": False}}
    subjects = (spec["user"], *spec.get("groups", ())) if "user" in spec else caller.subjects
    what = spec["resourceAttributes"]
    place = (what["verb"], what["resource"], what.get("namespace", ""))
    allowed = not subjects or store.allows(subjects, *place)
    return {"status": {"allowed": allowed, **({"reason": "RBAC: allowed"} if allowed else {})}}
