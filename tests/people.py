"""Callers for tests that need no sign-in."""

from __future__ import annotations

import math
from collections.abc import Iterable

from auth.binding import Binding
from auth.policy import Policy
from auth.principal import Assurance, Credential, CredentialKind, Principal
from auth.role import Role
from auth.scope import Scope
from auth.subject import Subject, SubjectKind

__all__ = ["holding", "principal"]


def holding(*held: tuple[Role, Scope]) -> Policy:
    """The policy of somebody who holds each role at its scope."""
    somebody = Subject(SubjectKind.USER, "u1")
    return Policy(
        tuple(Binding(f"b{i}", somebody, role, where) for i, (role, where) in enumerate(held))
    )


def principal(
    policy: Policy,
    *,
    who: str = "u1",
    session: str = "s1",
    also: Iterable[Subject] = (),
) -> Principal:
    """Ada, signed in at the organisation "main"."""
    subject = Subject(SubjectKind.USER, who)
    return Principal(
        subject=subject,
        subjects=frozenset({subject, *also}),
        login="ada",
        name="Ada",
        organisation="main",
        policy=policy,
        credential=Credential(CredentialKind.SESSION, session),
        assurance=Assurance("password", 0.0, strong_at=math.inf),
    )
