"""What a team is made of: people, groups, owned scopes. Whoever adds gives, and must hold it."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.binding import Binding
from auth.kinds import Catalogue
from auth.principal import Principal
from auth.scope import (
    InvalidScopeError,
    Scope,
    cluster,
    covers,
    organisation,
    parse,
    render,
    team,
)
from auth.subject import Subject, SubjectKind
from auth.verb import Verb
from backend.db.identity import MembershipRecord, TeamRecord, UserRecord
from backend.db.rights import BindingRecord
from backend.db.teams import TeamGroupRecord, TeamScopeRecord, TeamSelectorRecord
from backend.errors import Unprocessable
from backend.features.teams.schemas import NamespaceSelector, TeamChange, TeamView
from backend.http.guard import require
from backend.identity import reading
from backend.identity.granting import refuse_escalation
from backend.identity.holdings import policy_of
from backend.identity.principals import all_roles, compile_bindings
from backend.live.errors import QueryError
from backend.live.labels import parse_selector

__all__ = ["Editing", "concerned", "given_at", "selectors_of"]


def given_at(org: str, record: TeamRecord) -> ColumnElement[bool]:
    """The bindings whose scope is the team's or below it."""
    here = render(team(org, record.name))
    below = func.substr(col(BindingRecord.scope), 1, len(here) + 1) == f"{here}/"
    return or_(col(BindingRecord.scope) == here, below)


async def concerned(
    db: AsyncSession, org: str, record: TeamRecord, before: TeamView, body: TeamChange
) -> list[Subject]:
    """Whose rights change with the team: its own people's, those who come or go, and whoever
    holds a role at it."""
    found = [Subject(SubjectKind.TEAM, record.id)]
    logins = set(before.members) ^ set(before.members if body.members is None else body.members)
    people = select(col(UserRecord.id)).where(col(UserRecord.login).in_(logins))
    found += [Subject(SubjectKind.USER, one) for one in (await db.execute(people)).scalars()]
    groups = set(before.groups) ^ set(before.groups if body.groups is None else body.groups)
    found += [Subject(SubjectKind.GROUP, one) for one in sorted(groups)]
    held = select(BindingRecord).where(given_at(org, record))
    return found + [reading.subject(one) for one in (await db.execute(held)).scalars()]


async def selectors_of(db: AsyncSession, record: TeamRecord) -> list[NamespaceSelector]:
    """The namespaces that the team owns by their labels, in order."""
    query = select(TeamSelectorRecord).where(col(TeamSelectorRecord.team_id) == record.id)
    found = [
        NamespaceSelector(cluster=one.cluster, labels=one.labels)
        for one in (await db.execute(query)).scalars()
    ]
    return sorted(found, key=_order)


@dataclass(frozen=True, slots=True)
class Editing:
    """One change of `team` by `caller`, in its transaction. Each list is given whole."""

    db: AsyncSession
    caller: Principal
    team: TeamRecord
    catalogue: Catalogue

    async def members(self, before: Iterable[str], after: Iterable[str]) -> None:
        """Let people in and out, by login; 422 for one that is none."""
        come, go = set(after) - set(before), set(before) - set(after)
        users = select(UserRecord).where(col(UserRecord.login).in_(come | go))
        found = {user.login: user.id for user in (await self.db.execute(users)).scalars()}
        for login in sorted(come):
            if login not in found:
                raise _invalid("members", login, "there is no such person")
        if come:
            await self._may_let_in()
        ids = [found[login] for login in go if login in found]
        left = (col(MembershipRecord.team_id) == self.team.id) & col(MembershipRecord.user_id).in_(
            ids
        )
        await self.db.execute(delete(MembershipRecord).where(left))
        self.db.add_all(
            MembershipRecord(team_id=self.team.id, user_id=found[login]) for login in sorted(come)
        )

    async def groups(self, before: Iterable[str], after: Iterable[str]) -> None:
        """Map provider groups to the team, or no longer."""
        come, go = set(after) - set(before), set(before) - set(after)
        if come:
            await self._may_let_in()
        record = TeamGroupRecord
        for text in go:
            provider, _, name = text.partition("/")
            this = (col(record.provider) == provider) & (col(record.name) == name)
            gone = delete(record).where(col(record.team_id) == self.team.id, this)
            await self.db.execute(gone)
        for text in sorted(come):
            provider, _, name = text.partition("/")
            self.db.add(record(team_id=self.team.id, provider=provider, name=name))

    async def scopes(self, before: Iterable[str], after: Iterable[str]) -> None:
        """Let the team own more or less. Whoever holds a role at the team holds it there, so the
        caller must be able to give it there."""
        wanted = {render(self._scope(text)) for text in after}
        come, go = wanted - set(before), set(before) - wanted
        given = await self._given_here() if come else ()
        for text in sorted(come):
            scope = parse(text)
            require(self.caller, "binding", Verb.CREATE, scope, "place")
            there = [replace(binding, scope=scope) for binding in given]
            refuse_escalation(self.caller, there, f"You may not let the team own {text}")
            self.db.add(TeamScopeRecord(team_id=self.team.id, scope=text))
        gone = (col(TeamScopeRecord.team_id) == self.team.id) & col(TeamScopeRecord.scope).in_(go)
        await self.db.execute(delete(TeamScopeRecord).where(gone))

    async def selectors(
        self, before: Iterable[NamespaceSelector], after: Iterable[NamespaceSelector]
    ) -> None:
        """Let the team own namespaces by their labels, or no longer. Any namespace there can come
        to have them, so the caller must be able to give in all of the cluster what is given at the
        team."""
        wanted, held = set(after), set(before)
        come = sorted(wanted - held, key=_order)
        given = await self._given_here() if come else ()
        for one in come:
            scope = self._selecting(one)
            require(self.caller, "binding", Verb.CREATE, scope, "place")
            there = [replace(binding, scope=scope) for binding in given]
            sentence = f"You may not let the team own namespaces in {render(scope)} by their labels"
            refuse_escalation(self.caller, there, sentence)
            self.db.add(TeamSelectorRecord(team_id=self.team.id, **one.model_dump()))
        record = TeamSelectorRecord
        for one in held - wanted:
            this = (col(record.cluster) == one.cluster) & (col(record.labels) == one.labels)
            gone = delete(record).where(col(record.team_id) == self.team.id, this)
            await self.db.execute(gone)

    def _selecting(self, one: NamespaceSelector) -> Scope:
        """The part of the estate that is looked at; 422 for what selects nothing or everything."""
        try:
            terms = parse_selector(one.labels)
            scope = self._part(one.cluster)
        except QueryError as error:
            raise _invalid("selectors", one.labels, error.message) from error
        except InvalidScopeError as error:
            raise _invalid("selectors", one.cluster, str(error)) from error
        if not any(term.wanted for term in terms):
            message = "say at least one label that the namespaces have"
            raise _invalid("selectors", one.labels, message)
        return scope

    def _part(self, name: str) -> Scope:
        org = self.caller.organisation
        return parse(render(cluster(org, name))) if name else organisation(org)

    async def _may_let_in(self) -> None:
        subject = Subject(SubjectKind.TEAM, self.team.id)
        policy = await policy_of(self.db, subject, self.catalogue)
        sentence = f"You may not let anybody into {self.team.name}"
        refuse_escalation(self.caller, policy.bindings, sentence)

    async def _given_here(self) -> tuple[Binding, ...]:
        here = render(team(self.caller.organisation, self.team.name))
        query = select(BindingRecord).where(col(BindingRecord.scope) == here)
        records = [
            record
            for record in (await self.db.execute(query)).scalars()
            if record.expires is None or record.expires > time.time()
        ]
        custom = await reading.custom_roles(self.db, {r.role_id for r in records})
        return compile_bindings(records, all_roles(custom, self.catalogue))

    def _scope(self, text: str) -> Scope:
        org = self.caller.organisation
        try:
            scope = parse(text)
        except InvalidScopeError as error:
            raise _invalid("scopes", text, str(error)) from error
        if not covers(organisation(org), scope) or len(scope) <= 2 or scope[2] == "team":
            raise _invalid("scopes", text, "a team owns a part of this organisation")
        return scope


def _order(one: NamespaceSelector) -> tuple[str, str]:
    return one.cluster, one.labels


def _invalid(field: str, value: str, message: str) -> Unprocessable:
    return Unprocessable(
        f"{field}: {message}", errors=[{"field": field, "value": value, "message": message}]
    )
