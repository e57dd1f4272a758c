"""Providers made in the console: every change authorised, guarded, recorded, and felt at once.

Whoever can change a provider can sign in as anybody it knows, or with any of its groups: that is
as much as granting all they hold, so it needs the right to bind any role.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Mapping
from typing import Any, Final, TypeVar, assert_never

from pydantic import ValidationError
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.ldap.provider import LdapProvider
from auth.oidc.provider import OidcProvider
from auth.principal import Principal
from auth.provider import ProviderBase
from auth.providers import OF_KIND, AnyProvider, settings_of
from auth.saml.provider import SamlProvider
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
    DirectoryDraft,
    DirectoryFound,
    NewDirectory,
    NewOidcProvider,
    NewSamlProvider,
    OidcDraft,
    OidcFound,
    ProviderImpact,
    SamlDraft,
    SamlFound,
)
from backend.features.providers.testing import directory_tested, oidc_tested, saml_told
from backend.http.guard import no_such, require
from backend.identity.epoch import raise_epoch
from backend.providers.lasting import refuse_last
from backend.providers.provisioned import (
    forget_provisioned,
    provisioned_accounts,
    spread_groups,
)
from backend.providers.records import KnownProvider
from backend.providers.saml.keys import added_key, new_key
from backend.providers.service import Providers
from backend.providers.sessions import end_of_provider
from backend.providers.table import PROVIDERS, ProviderRow, ProviderSession
from backend.secrets.store import SecretsUnavailable

__all__ = ["Managing"]

_COMMON: Final = ("kind", "name", "label", "place", "domains", "known_only", "disabled")
_ASIDE: Final = {"place", "untested"}
"""What is typed and is no setting of a provider."""


P = TypeVar("P", bound=ProviderBase)


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

    async def test(self, db: AsyncSession, caller: Principal, body: NewOidcProvider) -> OidcFound:
        """Discovery and keys of what was typed. 422 with the failure at its field.

        It needs what keeping it needs: the console asks an address that the caller chose. Only
        the very issuer that the operator declared is asked as one.
        """
        _require_all(caller)
        typed = _valid(OidcProvider, _typed(body, {}))
        stored = await self.providers.find(db, body.name)
        written = stored.provider if stored is not None and stored.declared else None
        await db.rollback()  # no transaction is held while a provider is asked
        declared = written is not None and written.identity_issuer == typed.issuer
        return await oidc_tested(self.providers, typed, declared=declared)

    async def test_directory(
        self, db: AsyncSession, caller: Principal, body: NewDirectory
    ) -> DirectoryFound:
        """The same of a directory. A password that was left out is the stored one, which goes
        only to servers it was stored for: nobody can have it sent to one of theirs."""
        _require_all(caller)
        typed = _valid(LdapProvider, _typed(body, {}))
        stored = await self.providers.find(db, body.name)
        known = stored.provider if stored is not None else None
        await db.rollback()
        held = isinstance(known, LdapProvider) and known.bind_password.get_secret_value()
        if body.bind_password is None and isinstance(known, LdapProvider) and held:
            _stays_there(typed, settings_of(known))
            typed = typed.model_copy(update={"bind_password": known.bind_password})
        return await directory_tested(self.providers, typed, declared=False)

    async def test_saml(
        self, db: AsyncSession, caller: Principal, body: NewSamlProvider
    ) -> SamlFound:
        """The same of a SAML provider: its metadata."""
        _require_all(caller)
        typed = _valid(SamlProvider, _typed(body, {}))
        await db.rollback()  # no transaction is held while a provider is asked
        return await saml_told(self.providers, typed, declared=False)

    async def create(
        self,
        db: AsyncSession,
        audit: Audit,
        caller: Principal,
        body: NewOidcProvider | NewDirectory | NewSamlProvider,
    ) -> ProviderRow:
        """A new provider, tried before it is kept unless `untested`."""
        _require_all(caller)
        typed = _valid(OF_KIND[body.kind], _typed(body, {}))
        if await self.providers.find(db, body.name) is not None:
            raise _taken(body.name)
        if not body.untested:
            await db.rollback()  # no transaction is held while a provider is asked
            await self._tested(typed)
        made = await _made_key(typed)
        row = ProviderRow(
            **typed.model_dump(include={"name", "label", "known_only"}),
            kind=typed.kind.value,
            domains=list(typed.domains),
            address=typed.address,
            settings=settings_of(typed),
            place=body.place,
            created_by=caller.login,
            changed_by=caller.login,
        )
        db.add(row)
        try:
            await db.flush()
        except IntegrityError as error:
            raise _taken(body.name) from error
        if isinstance(typed, SamlProvider):
            await self._keep_first_key(db, row, typed, made)
        else:
            await self._keep_secret(db, row, typed.secret, getattr(body, typed.secret))
        facts = _recorded(_facts(row))
        audit.did("create", _target(row, audit), change=Change.of(facts, show=frozenset(facts)))
        return row

    async def change(
        self,
        db: AsyncSession,
        audit: Audit,
        caller: Principal,
        row: ProviderRow,
        body: OidcDraft | DirectoryDraft | SamlDraft,
    ) -> None:
        """Change the version that was read; attempts that are under way end. 409 for settings of
        another kind."""
        _require_all(caller)
        kind = OF_KIND.get(row.kind)
        if kind is None or kind.protocol != protocol_of(body):
            raise Conflict("These are settings of another kind of provider. Reload the page.")
        before = _facts(row)
        fixed = {"kind": row.kind, "name": row.name}
        typed = _valid(kind, _typed(body, {**row.settings, **fixed}))
        await _advance(
            db,
            row,
            caller.login,
            **typed.model_dump(include={"label", "known_only"}),
            domains=list(typed.domains),
            address=typed.address,
            settings=settings_of(typed),
            place=body.place,
        )
        if isinstance(typed, LdapProvider) and before.get("unique") != typed.unique:
            await forget_provisioned(db, row.name)  # nobody is known by what they were known by
        secret = getattr(body, typed.secret, None)
        stored = await self.providers.secrets.states(db, PROVIDERS, row.id)
        if secret is None and stored and isinstance(typed, LdapProvider):
            _stays_there(typed, before)
        await self._keep_secret(db, row, typed.secret, secret)
        was, now = _recorded(before), _recorded(_facts(row))
        told = now | ({"secret": "new"} if secret is not None else {})
        shown = frozenset(was) | frozenset(now)
        audit.did("update", _target(row, audit), change=Change.between(was, told, show=shown))

    async def renew_key(
        self, db: AsyncSession, audit: Audit, caller: Principal, row: ProviderRow
    ) -> None:
        """A new key for a SAML provider to encrypt assertions for; the one before still opens
        them. 409 for another kind, 503 without a key ring."""
        _require_all(caller)
        known = await self.known(db, row.name)
        if not isinstance(known.provider, SamlProvider):
            raise Conflict("Only a SAML provider has a key here. Reload the page.")
        made = await _made_key(known.provider)
        settings = await self._keep_key(db, row, known.provider, made)
        await _advance(db, row, caller.login, settings=settings)
        audit.did("renew-key", _target(row, audit), right=Verb.UPDATE)

    async def switch(
        self, db: AsyncSession, audit: Audit, caller: Principal, row: ProviderRow, *, off: bool
    ) -> None:
        """Off: who signed in with it is signed out, and its groups give nothing until they sign
        in again. On: they may."""
        _require_all(caller)
        if off:
            await self._end(db, row.name)
        await _advance(db, row, caller.login, disabled=off)
        if not off:
            await spread_groups(db, row.name, await provisioned_accounts(db, row.name))
        audit.did("disable" if off else "enable", _target(row, audit), right=Verb.UPDATE)

    async def delete(
        self, db: AsyncSession, audit: Audit, caller: Principal, row: ProviderRow
    ) -> None:
        """Forget it with its secret, its people's ways in, and the roles of its groups. Their
        accounts stay, with what they hold themselves."""
        _require_all(caller)
        await self._end(db, row.name)
        await forget_provisioned(db, row.name)
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
        await refuse_last(db, await self.providers.all(db), name)
        await end_of_provider(db, name)
        await db.execute(delete(GroupRecord).where(col(GroupRecord.provider) == name))

    async def _keep_secret(
        self, db: AsyncSession, row: ProviderRow, field: str, secret: str | None
    ) -> None:
        if secret is not None:
            await self.providers.secrets.put(db, PROVIDERS, row.id, {field: secret})

    async def _keep_key(
        self, db: AsyncSession, row: ProviderRow, typed: SamlProvider, made: tuple[str, str]
    ) -> dict[str, Any]:
        """Seal a new key, and the one before; the settings with their certificates. It takes a
        second to make one, so that is done before anything is written."""
        key, certificate = made
        held = typed.sp_keys.get_secret_value()
        await self._keep_secret(db, row, typed.secret, added_key(key, held))
        certificates = [certificate, *typed.sp_certificates][:2]
        return {**row.settings, "sp_certificates": certificates}

    async def _keep_first_key(
        self, db: AsyncSession, row: ProviderRow, typed: SamlProvider, made: tuple[str, str]
    ) -> None:
        """The same of a new provider. Without a key ring there is none, and assertions have to
        come unencrypted."""
        try:
            async with db.begin_nested():
                settings = await self._keep_key(db, row, typed, made)
        except SecretsUnavailable:
            return
        row.settings = settings
        await db.flush()

    async def _tested(self, typed: AnyProvider) -> None:
        match typed:
            case OidcProvider():
                await oidc_tested(self.providers, typed, declared=False)
            case LdapProvider():
                await directory_tested(self.providers, typed, declared=False)
            case SamlProvider():
                await saml_told(self.providers, typed, declared=False)
            case _:
                assert_never(typed)


async def _made_key(typed: AnyProvider) -> tuple[str, str]:
    """A key and its certificate for a SAML provider; others have none."""
    if not isinstance(typed, SamlProvider):
        return "", ""
    return await asyncio.to_thread(new_key, typed.name)


def _stays_there(typed: LdapProvider, before: Mapping[str, Any]) -> None:
    """422 where a stored password would go to other servers than it was stored for, or less
    safely: nobody who may change a provider can have it sent to a server of theirs."""
    same = (
        set(typed.servers) <= set(before.get("servers", ()))
        and typed.ca == before.get("ca")
        and (typed.starttls or not before.get("starttls"))
    )
    if not same:
        message = "give it again: it was stored for other servers, or another way to reach them"
        errors: list[FieldError] = [{"field": "bind_password", "message": message}]
        raise Unprocessable(f"bind_password: {message}", errors=errors)


def protocol_of(body: OidcDraft | DirectoryDraft | SamlDraft) -> str:
    """Of which kind of provider these are settings."""
    match body:
        case OidcDraft():
            return OidcProvider.protocol
        case DirectoryDraft():
            return LdapProvider.protocol
        case SamlDraft():
            return SamlProvider.protocol
        case _:
            assert_never(body)


def _typed(
    body: OidcDraft | DirectoryDraft | SamlDraft, before: Mapping[str, Any]
) -> dict[str, Any]:
    """What was typed, over what stays as it was; an absent secret is none."""
    return {**before, **body.model_dump(exclude=_ASIDE, exclude_none=True)}


def _valid(kind: type[P], values: Mapping[str, Any]) -> P:
    """The provider, or 422 naming the fields and never what is in them."""
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        errors: list[FieldError] = [
            {"field": _field(item["loc"]), "message": _words(item)}
            for item in error.errors(include_input=False, include_url=False)
        ]
        raise Unprocessable(
            f"{errors[0]['field']}: {errors[0]['message']}", errors=errors
        ) from None


def _field(place: tuple[int | str, ...]) -> str:
    return str(place[0]) if place else ""


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
    """What is recorded of a change: all settings, of which none is a secret."""
    return {name: getattr(row, name) for name in _COMMON} | row.settings


def _recorded(facts: Mapping[str, object]) -> dict[str, object]:
    """The same for the record, which people read: pasted metadata by its digest alone."""
    told = {name: value for name, value in facts.items() if name != "sp_certificates"}
    if pasted := told.get("metadata"):
        told["metadata"] = f"SHA-256 {hashlib.sha256(str(pasted).encode()).hexdigest()}"
    return told


def _target(row: ProviderRow, audit: Audit) -> Target:
    return Target(KIND, row.name, row.name, organisation(audit.origin.organisation))
