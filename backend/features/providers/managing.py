"""Providers made in the console: every change authorised, guarded, recorded, and felt at once.

Whoever can change a provider can sign in as anybody it knows, or with any of its groups: that is
as much as granting all they hold, so it needs the right to bind any role.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final

from pydantic import SecretStr, ValidationError
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.oidc.problems import Rejected
from auth.oidc.provider import Provider
from auth.principal import Principal
from auth.scope import organisation
from auth.subject import SubjectKind
from auth.verb import Verb
from backend.audit import Audit, Change, Target
from backend.db.identity import GroupRecord, IdentityRecord
from backend.db.rights import BindingRecord
from backend.errors import (
    Conflict,
    FieldError,
    Forbidden,
    NotFoundProblem,
    PreconditionFailed,
    Unprocessable,
)
from backend.features.providers.rights import KIND
from backend.features.providers.schemas import (
    NewProvider,
    ProviderDraft,
    ProviderFound,
    ProviderImpact,
)
from backend.http.guard import no_such, require
from backend.identity.epoch import raise_epoch
from backend.providers.outward import Unreachable
from backend.providers.records import SECRET_FIELD, KnownProvider, typed_provider
from backend.providers.service import Providers
from backend.providers.sessions import end_of_provider
from backend.providers.table import PROVIDERS, ProviderRow, ProviderSession

__all__ = ["Managing"]

_SHOWN: Final = frozenset(
    {
        "kind", "name", "label", "place", "issuer", "client_id", "scopes", "claim_login",
        "claim_name", "claim_email", "claim_groups", "domains", "known_only", "disabled",
    }
)  # fmt: skip
_FIXED: Final = {"kind", "name", "issuer", "untested", SECRET_FIELD}


class Managing:
    """What the routes do with providers."""

    def __init__(self, providers: Providers) -> None:
        self.providers = providers

    async def known(self, db: AsyncSession, name: str) -> KnownProvider:
        """The provider of that name; 404."""
        found = await self.providers.find(db, name)
        if found is None:
            raise NotFoundProblem(no_such("identity provider"))
        return found

    async def row(self, db: AsyncSession, name: str) -> ProviderRow:
        """Its row; 403 for one that is declared outside of the console."""
        found = await self.known(db, name)
        if found.row is None:
            raise Forbidden(
                "This provider is declared in the configuration (CRATON_IDENTITY_PROVIDERS): "
                "change it there."
            )
        return found.row

    async def test(self, db: AsyncSession, caller: Principal, body: NewProvider) -> ProviderFound:
        """Discovery and keys of what was typed. 422 with the failure at its field.

        It needs what keeping it needs: the console asks an address that the caller chose. Only
        the very issuer that the operator declared is asked as one.
        """
        _require_all(caller)
        typed = _typed(body, body.client_secret or "")
        stored = await self.providers.find(db, body.name)
        written = stored.provider if stored is not None and stored.declared else None
        await db.rollback()  # no transaction is held while a provider is asked
        declared = written is not None and written.issuer == typed.issuer
        return await self._tested(typed, declared=declared)

    async def create(
        self, db: AsyncSession, audit: Audit, caller: Principal, body: NewProvider
    ) -> ProviderRow:
        """A new provider, tried before it is kept unless `untested`."""
        _require_all(caller)
        typed = _typed(body, body.client_secret or "")
        if await self.providers.find(db, body.name) is not None:
            raise _taken(body.name)
        if not body.untested:
            await db.rollback()  # no transaction is held while a provider is asked
            await self._tested(typed, declared=False)
        row = ProviderRow(
            **typed.model_dump(exclude={SECRET_FIELD, "domains", "kind"}),
            kind=typed.kind.value,
            domains=list(typed.domains),
            place=body.place,
            created_by=caller.login,
            changed_by=caller.login,
        )
        db.add(row)
        try:
            await db.flush()
        except IntegrityError as error:
            raise _taken(body.name) from error
        await self._keep_secret(db, row, body.client_secret)
        audit.did("create", _target(row, audit), change=Change.of(_facts(row), show=_SHOWN))
        return row

    async def change(
        self,
        db: AsyncSession,
        audit: Audit,
        caller: Principal,
        row: ProviderRow,
        body: ProviderDraft,
    ) -> None:
        """Change the version that was read; attempts that are under way end."""
        _require_all(caller)
        before = _facts(row)
        values = body.model_dump(exclude=_FIXED)
        after = ProviderRow(**{**row.model_dump(), **values})
        _valid(lambda: typed_provider(after, ""))
        await _advance(db, row, caller.login, **values)
        await self._keep_secret(db, row, body.client_secret)
        told = _facts(row) | ({"secret": "new"} if body.client_secret is not None else {})
        audit.did("update", _target(row, audit), change=Change.between(before, told, show=_SHOWN))

    async def switch(
        self, db: AsyncSession, audit: Audit, caller: Principal, row: ProviderRow, *, off: bool
    ) -> None:
        """Off: who signed in with it is signed out, and its groups give nothing until they sign
        in again. On: they may."""
        _require_all(caller)
        if off:
            await self._end(db, row.name)
        await _advance(db, row, caller.login, disabled=off)
        audit.did("disable" if off else "enable", _target(row, audit), right=Verb.UPDATE)

    async def delete(
        self, db: AsyncSession, audit: Audit, caller: Principal, row: ProviderRow
    ) -> None:
        """Forget it with its secret, its people's ways in, and the roles of its groups. Their
        accounts stay, with what they hold themselves."""
        _require_all(caller)
        await self._end(db, row.name)
        prefix = f"{row.name}/"
        held = func.substr(col(BindingRecord.subject_id), 1, len(prefix)) == prefix
        kind = col(BindingRecord.subject_kind) == SubjectKind.GROUP
        await db.execute(delete(BindingRecord).where(kind, held))
        await db.execute(delete(IdentityRecord).where(col(IdentityRecord.provider) == row.name))
        version = (col(ProviderRow.id) == row.id) & (
            col(ProviderRow.row_version) == row.row_version
        )
        gone = await db.execute(
            delete(ProviderRow)
            .where(version)
            .returning(col(ProviderRow.id))
            .execution_options(synchronize_session=False)
        )
        if gone.first() is None:
            raise _stale()
        await self.providers.secrets.remove(db, PROVIDERS, row.id)
        audit.did("delete", _target(row, audit))

    async def impact(self, db: AsyncSession, name: str) -> ProviderImpact:
        """Whom it concerns."""
        prefix = f"{name}/"
        people = select(func.count()).select_from(IdentityRecord)
        sessions = select(func.count()).select_from(ProviderSession)
        bindings = select(func.count()).select_from(BindingRecord)
        held = func.substr(col(BindingRecord.subject_id), 1, len(prefix)) == prefix
        kind = col(BindingRecord.subject_kind) == SubjectKind.GROUP
        counts = [
            (await db.execute(query)).scalar_one()
            for query in (
                people.where(col(IdentityRecord.provider) == name),
                sessions.where(col(ProviderSession.provider) == name),
                bindings.where(kind, held),
            )
        ]
        return ProviderImpact(people=counts[0], sessions=counts[1], bindings=counts[2])

    async def _end(self, db: AsyncSession, name: str) -> None:
        await raise_epoch(db)  # everybody: access tokens hold the groups' rights too
        await end_of_provider(db, name)
        await db.execute(delete(GroupRecord).where(col(GroupRecord.provider) == name))

    async def _keep_secret(self, db: AsyncSession, row: ProviderRow, secret: str | None) -> None:
        if secret is not None:
            await self.providers.secrets.put(db, PROVIDERS, row.id, {SECRET_FIELD: secret})

    async def _tested(self, typed: Provider, *, declared: bool) -> ProviderFound:
        protocol = await self.providers.protocol()
        try:
            metadata, keys = await protocol.published(typed, declared=declared)
        except (Unreachable, Rejected) as error:
            message = str(error)
            raise Unprocessable(
                f"The test failed: {message}.",
                errors=[{"field": "issuer", "message": message}],
                tested=False,
            ) from error
        notes = []
        if not metadata.backchannel:
            notes.append(
                "It does not say that it tells when a session ends (back-channel logout): people "
                "stay signed in here until a refresh is refused or the session ends."
            )
        if not metadata.names_issuer:
            notes.append("Its answers do not name their issuer (RFC 9207).")
        if not keys:
            notes.append("It publishes no key that we use: nobody could sign in.")
        return ProviderFound(
            issuer=metadata.issuer,
            algorithms=list(metadata.algorithms),
            keys=len(keys),
            userinfo=bool(metadata.userinfo),
            end_session=bool(metadata.end_session),
            backchannel=metadata.backchannel,
            notes=notes,
        )


def _typed(body: NewProvider, secret: str) -> Provider:
    values = body.model_dump(exclude={"untested", "place", SECRET_FIELD})
    return _valid(lambda: Provider(client_secret=SecretStr(secret), **values))


def _valid(make: Any) -> Provider:
    """The provider, or 422 naming the fields and never what is in them."""
    try:
        found: Provider = make()
    except ValidationError as error:
        errors: list[FieldError] = [
            {"field": str(item["loc"][0]) if item["loc"] else "", "message": _words(item)}
            for item in error.errors(include_input=False, include_url=False)
        ]
        raise Unprocessable(
            f"{errors[0]['field']}: {errors[0]['message']}", errors=errors
        ) from None
    return found


def _words(item: Mapping[str, Any]) -> str:
    if item["loc"] and item["loc"][0] == "name":
        return "use lower case letters, digits and - (begin and end with a letter or digit)"
    return str(item["msg"]).removeprefix("Value error, ")


def _require_all(caller: Principal) -> None:
    require(caller, "role", Verb.BIND, organisation(caller.organisation))


async def _advance(db: AsyncSession, row: ProviderRow, by: str, **columns: Any) -> None:
    told = {"row_version": row.row_version + 1, "changed": time.time(), "changed_by": by}
    version = (col(ProviderRow.id) == row.id) & (col(ProviderRow.row_version) == row.row_version)
    written = (
        update(ProviderRow)
        .where(version)
        .values(**columns, **told)
        .returning(col(ProviderRow.id))
        .execution_options(synchronize_session=False)
    )
    if (await db.execute(written)).first() is None:
        raise _stale()
    await db.refresh(row)


def _stale() -> PreconditionFailed:
    return PreconditionFailed(
        "Somebody else changed this provider at this moment. Reload it and try again."
    )


def _taken(name: str) -> Conflict:
    errors: list[FieldError] = [{"field": "name", "message": "this name is taken"}]
    return Conflict(f"There is an identity provider called {name!r} already.", errors=errors)


def _facts(row: ProviderRow) -> dict[str, object]:
    return {name: getattr(row, name) for name in sorted(_SHOWN)}


def _target(row: ProviderRow, audit: Audit) -> Target:
    return Target(KIND, row.name, row.name, organisation(audit.origin.organisation))
