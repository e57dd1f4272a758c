"""Compile stored bindings into the principal that routes and streams see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from auth.binding import Binding
from auth.builtin import built_in
from auth.kinds import Catalogue, Pair
from auth.policy import Policy
from auth.principal import Assurance, Credential, Principal
from auth.role import Role, RoleError, compile_known, compile_role
from auth.scope import InvalidScopeError, Scope, parse
from auth.subject import Subject, SubjectKind
from backend.db.identity import TokenRecord
from backend.db.rights import BindingRecord, RoleRecord
from backend.identity.owned import Owned, spread

__all__ = [
    "ASKED_AGAIN",
    "BY_DIRECTORY",
    "BY_PROVIDER",
    "BY_SAML",
    "Person",
    "all_roles",
    "compile_bindings",
    "make_principal",
    "restrict_to_token",
]

BY_PROVIDER: Final = "oidc"
"""How a session says that an identity provider opened it, where the person gave a password or more
to it and not to us."""
BY_SAML: Final = "saml"
"""The same of a provider that speaks SAML: it is not asked again, so its groups wear off."""
BY_DIRECTORY: Final = "ldap"
"""How a session says that a directory opened it, by a password given here."""
ASKED_AGAIN: Final = frozenset({BY_PROVIDER, BY_DIRECTORY})
"""Of such sessions the provider is asked again, or it ends them."""


@dataclass(frozen=True, slots=True)
class Person:
    """The owner of a credential: a user or a service account, with their teams and groups."""

    subject: Subject
    login: str
    name: str
    subjects: frozenset[Subject]
    told: Mapping[Subject, float] = field(default_factory=dict, hash=False)
    """Of each group, when its provider said so last, and of each team they are in for such a group
    alone. One that it provisions is not among them: it holds until the provider says otherwise."""
    refused: bool = False
    """Their provider does not let them in: only a session they opened otherwise is worth
    something."""

    def since(self, earliest: float) -> Person:
        """The same with only those groups and teams that were told later than that."""
        old = {group for group, told in self.told.items() if told <= earliest}
        told = {group: at for group, at in self.told.items() if group not in old}
        return replace(self, subjects=self.subjects - old, told=told)


def all_roles(custom: Iterable[RoleRecord], catalogue: Catalogue) -> dict[str, Role]:
    """The roles there are, by id. A right in a custom role that this release does not know
    (an extension was removed) is left out; the others hold."""
    roles = built_in(catalogue)
    for record in custom:
        role = compile_known(record.id, record.title, record.rights, catalogue)
        roles.setdefault(role.id, role)
    return roles


def compile_bindings(
    records: Iterable[BindingRecord], roles: Mapping[str, Role], owned: Owned | None = None
) -> tuple[Binding, ...]:
    """The bindings as the policy takes them; those at a team hold at what it owns, too. One to a
    role or scope that this release does not know grants nothing."""
    compiled = (b for record in records if (b := _compile(record, roles)))
    return tuple(spread(compiled, owned or {}))


def make_principal(
    person: Person,
    credential: Credential,
    assurance: Assurance,
    policy: Policy,
    *,
    organisation: str,
) -> Principal:
    """`person`, calling with `credential`."""
    return Principal(
        subject=person.subject,
        subjects=person.subjects,
        login=person.login,
        name=person.name,
        organisation=organisation,
        policy=policy,
        credential=credential,
        assurance=assurance,
    )


def restrict_to_token(policy: Policy, token: TokenRecord, catalogue: Catalogue) -> Policy:
    """The owner's present policy, cut down to what the token was made for."""
    pairs = frozenset[Pair]().union(*(_known(right, catalogue) for right in token.rights))
    scopes = [scope for text in token.scopes if (scope := _parsed(text))]
    return policy.restricted(pairs, scopes)


def _known(right: str, catalogue: Catalogue) -> frozenset[Pair]:
    try:
        return compile_role("", "", [right], catalogue).pairs
    except RoleError:
        return frozenset()


def _parsed(text: str) -> Scope | None:
    try:
        return parse(text)
    except InvalidScopeError:
        return None


def _compile(record: BindingRecord, roles: Mapping[str, Role]) -> Binding | None:
    role, scope = roles.get(record.role_id), _parsed(record.scope)
    if role is None or scope is None:
        return None
    subject = Subject(SubjectKind(record.subject_kind), record.subject_id)
    return Binding(record.id, subject, role, scope, record.expires)
