"""The caller, as every route and every stream sees it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from auth.policy import Policy
from auth.scope import Scope, common
from auth.subject import Subject
from auth.verb import Verb

__all__ = ["Assurance", "Credential", "CredentialKind", "Principal"]


class CredentialKind(StrEnum):
    """What was presented: a browser's session or an access token."""

    SESSION = "session"
    TOKEN = "token"  # noqa: S105 (a kind, not a secret)


@dataclass(frozen=True, slots=True)
class Credential:
    """The presented credential, by the id of its record: for tokens and sessions the hash of
    the secret, never the secret."""

    kind: CredentialKind
    id: str

    def __str__(self) -> str:
        """``session:<id>``: how notices and audit write it."""
        return f"{self.kind.value}:{self.id}"


@dataclass(frozen=True, slots=True)
class Assurance:
    """How surely the caller is who they say: the method of sign-in, its time, and when a
    strong factor was last given (Unix seconds; None: never)."""

    method: str
    at: float
    strong_at: float | None = None
    provider: str = ""
    """The identity provider they came by; empty without one."""
    factors: frozenset[str] = frozenset()
    """The second factors of their account here, which a step-up asks for."""

    @property
    def way(self) -> str:
        """The method, with the provider: ``oidc:sso``."""
        return f"{self.method}:{self.provider}" if self.provider else self.method

    def strong_within(self, seconds: float, now: float) -> bool:
        """Whether a strong factor was given in the last `seconds` (security reference, 7)."""
        return self.strong_at is not None and now - self.strong_at <= seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """A caller with the policy in force. `subject` is who they are, `subjects` everything
    they hold rights as: themselves, their teams, their providers' groups. `login` and `name`
    are for display only and never keys (identity reference, section 2.4). `within` is the part
    of the estate they chose to look at, None for all: it narrows lists and decides nothing."""

    subject: Subject
    subjects: frozenset[Subject]
    login: str
    name: str
    organisation: str
    policy: Policy
    credential: Credential
    assurance: Assurance
    within: tuple[Scope, ...] | None = None

    def sees(self, kind: str, verb: Verb = Verb.LIST) -> tuple[Scope, ...]:
        """The scopes below which `verb` on `kind` is allowed, of the part they look at: never
        more than `Policy.scopes`."""
        held = self.policy.scopes(kind, verb)
        return held if self.within is None else common(held, self.within)

    @property
    def id(self) -> str:
        """The id of `subject`, unique among its kind."""
        return self.subject.id
