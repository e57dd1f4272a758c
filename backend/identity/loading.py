"""Load what stands behind credentials, many at a time.

After a change of rights every open page asks again at once: the loads of one moment become
one set of queries, and one set runs at a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from auth.kinds import Catalogue
from auth.policy import Policy
from auth.principal import Assurance, Credential, CredentialKind, Principal
from auth.role import Role
from auth.subject import Subject, SubjectKind
from backend.db.identity import SessionRecord, TokenRecord
from backend.db.rights import BindingRecord
from backend.identity import reading
from backend.identity.epoch import read_epoch
from backend.identity.factors import factors_of
from backend.identity.owned import Owned, Selection, owned_by, team_of
from backend.identity.principals import (
    ASKED_AGAIN,
    Person,
    all_roles,
    compile_bindings,
    make_principal,
    restrict_to_token,
)
from backend.identity.sessions import DEVICE

__all__ = ["Loaded", "PrincipalLoader"]

_BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class Loaded:
    """A principal as of `principal.policy.epoch`, and what makes it old: a change of anything
    in `depends`, or the time `until` (a binding or the credential expires)."""

    principal: Principal
    depends: frozenset[str]
    expires: float
    until: float
    last_used: float | None
    replaced_by: Credential | None = None
    """What the session goes on as since a step-up."""
    selection: int | None = None
    """The version of the namespaces that their teams' selectors were compared with; None for who
    holds nothing at a team."""


class PrincipalLoader:
    """Turns credentials into principals; `load` calls of one moment share their queries."""

    def __init__(
        self,
        db_sessions: async_sessionmaker[AsyncSession],
        organisation: str,
        catalogue: Catalogue,
        clock: Callable[[], float],
        *,
        groups_last: float,
        selection: Selection,
    ) -> None:
        self._db_sessions = db_sessions
        self._organisation = organisation
        self._catalogue = catalogue
        self._clock = clock
        self._groups_last = groups_last
        self._selection = selection
        self._wanted: dict[Credential, asyncio.Future[Loaded | None]] = {}
        self._running: asyncio.Task[None] | None = None
        self.batches = 0

    async def load(self, credential: Credential) -> Loaded | None:
        """What stands behind `credential` now; None when it is unknown or its owner is
        disabled. Raises what the database raises."""
        future = self._wanted.get(credential)
        if future is None:
            future = asyncio.get_running_loop().create_future()
            self._wanted[credential] = future
        if self._running is None:
            self._running = asyncio.create_task(self._run(), name="load principals")
        return await asyncio.shield(future)

    async def _run(self) -> None:
        try:
            while self._wanted:
                await asyncio.sleep(0)  # callers of the same turn join this batch
                await self._serve()
        finally:
            self._running = None

    async def _serve(self) -> None:
        chosen = list(self._wanted)[:_BATCH]
        waiting = {credential: self._wanted.pop(credential) for credential in chosen}
        try:
            self.batches += 1
            found = await self._load(chosen)
        except BaseException as error:
            for future in waiting.values():
                if not future.done():
                    future.set_exception(error)
                    future.exception()  # retrieved: there may be no waiter left
            if not isinstance(error, Exception):
                raise
            return
        for credential, future in waiting.items():
            if not future.done():
                future.set_result(found.get(credential))

    async def _load(self, credentials: Iterable[Credential]) -> dict[Credential, Loaded]:
        now, selection = self._clock(), self._selection.version
        async with self._db_sessions() as db:
            epoch = await read_epoch(db)  # first: what follows is at least this new
            records = await reading.credentials(db, credentials)
            people = await reading.people(db, map(reading.owner, records.values()))
            subjects = {s for person in people.values() for s in person.subjects}
            bindings = await reading.bindings(db, subjects, now)
            roles = all_roles(
                await reading.custom_roles(db, {b.role_id for b in bindings}), self._catalogue
            )
            owned = await owned_by(db, {b.scope for b in bindings})
            factors = await factors_of(db, {s.id for s in people if s.kind is SubjectKind.USER})
        held: dict[Subject, list[BindingRecord]] = {}
        for binding in bindings:
            held.setdefault(reading.subject(binding), []).append(binding)
        return {
            credential: self._loaded(
                credential,
                record,
                person,
                held=held,
                roles=roles,
                owned=owned,
                epoch=epoch,
                selection=selection,
                factors=factors.get(person.subject.id, frozenset()),
            )
            for credential, record in records.items()
            if (person := people.get(reading.owner(record)))
            and not (person.refused and _of_no_sign_in(record))
        }

    def _loaded(
        self,
        credential: Credential,
        record: SessionRecord | TokenRecord,
        person: Person,
        *,
        held: dict[Subject, list[BindingRecord]],
        roles: dict[str, Role],
        owned: Owned,
        epoch: int,
        selection: int,
        factors: frozenset[str],
    ) -> Loaded:
        ends = [record.expires]
        if not isinstance(record, SessionRecord) or record.method not in ASKED_AGAIN:
            # Of the other sessions the provider is asked again, or it ends them.
            person = person.since(self._clock() - self._groups_last)
            ends += [told + self._groups_last for told in person.told.values()]
        own = [b for subject in person.subjects for b in held.get(subject, ())]
        own.sort(key=lambda b: (b.created, b.id))  # as who asks about them is told
        policy = Policy(compile_bindings(own, roles, owned), epoch)
        after: Credential | None = None
        if isinstance(record, TokenRecord):
            policy = restrict_to_token(policy, record, self._catalogue)
            assurance, used = Assurance("token", record.created), record.last_used
        else:
            assurance = Assurance(
                record.method, record.created, record.strong_at, record.provider, factors
            )
            used = record.last_seen
            if record.replaced_by:
                after = Credential(CredentialKind.SESSION, record.replaced_by)
        principal = make_principal(
            person, credential, assurance, policy, organisation=self._organisation
        )
        ends += [b.expires for b in own if b.expires is not None]
        depends = [credential, *person.subjects, *(f"role:{b.role_id}" for b in own)]
        depends += [after] if after else []
        return Loaded(
            principal=principal,
            depends=frozenset(map(str, depends)),
            expires=record.expires,
            until=min(ends),
            last_used=used,
            replaced_by=after,
            selection=selection if any(team_of(b.scope) for b in policy.bindings) else None,
        )


def _of_no_sign_in(record: SessionRecord | TokenRecord) -> bool:
    """Whether nobody showed who they are for it: a token, and what a session let in."""
    return isinstance(record, TokenRecord) or record.method == DEVICE
