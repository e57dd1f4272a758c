"""`/api/v1/identity-providers`: presets, test, add, change, switch, delete, dry-run sign-in."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Request, Response

from auth.ldap.provider import LdapProvider
from auth.oidc.provider import OidcProvider
from auth.principal import Principal
from auth.providers import OF_KIND, settings_of
from auth.saml.provider import SamlProvider
from auth.verb import Verb
from backend.commerce.entitled import Entitled
from backend.db.session import DbSession
from backend.errors import Conflict, NotFoundProblem
from backend.features.providers.beginning import begun
from backend.features.providers.entrance import Door, callback_of, count, logout_of, site_of
from backend.features.providers.managing import Managing
from backend.features.providers.passwords import tried
from backend.features.providers.presets import PRESETS, product_of, usual_of
from backend.features.providers.rights import KIND
from backend.features.providers.schemas import (
    DirectoryDraft,
    DirectoryFound,
    DirectoryView,
    NewDirectory,
    NewOidcProvider,
    OidcDraft,
    OidcFound,
    OidcView,
    PasswordSignIn,
    Preset,
    ProviderImpact,
    ProviderName,
    ProviderSwitch,
    ProviderView,
    SamlView,
    SignInAddress,
    TrialView,
)
from backend.features.providers.trial import record_trial, trial_view
from backend.http.audited import Audited
from backend.http.documented import answers
from backend.http.guard import Requires
from backend.http.origin import own_address
from backend.http.stepup import Fresh, FreshNow
from backend.http.versions import IfMatch, check, tagged
from backend.parts import part
from backend.providers.records import KnownProvider
from backend.providers.service import Providers
from backend.providers.table import PROVIDERS, ProviderRow
from backend.providers.trials import read_trial
from backend.settings import Settings

__all__ = ["router"]

router = APIRouter(
    tags=["identity-providers"], prefix="/identity-providers", responses=answers(409)
)
_WORD: Final = "identity provider"
New: Final = Requires(KIND, Verb.CREATE, word=_WORD)
Sees: Final = Requires(KIND, Verb.GET, word=_WORD)
Changes: Final = Requires(KIND, Verb.UPDATE, word=_WORD)
Deletes: Final = Requires(KIND, Verb.DELETE, word=_WORD)


def _managing(providers: Annotated[Providers, part(Providers)]) -> Managing:
    return Managing(providers)


Manager = Annotated[Managing, Depends(_managing)]


class Shown:
    """Shows providers to the caller of this request: addresses are as they reach the console."""

    def __init__(
        self,
        request: Request,
        db: DbSession,
        manager: Manager,
        settings: Annotated[Settings, part(Settings)],
    ) -> None:
        self._db = db
        self._manager = manager
        self._base = own_address(request, settings)

    async def view(self, known: KnownProvider) -> OidcView | DirectoryView | SamlView:
        """One provider without anything secret."""
        row, provider = known.row, known.provider
        states = {}
        if row is not None:
            states = await self._manager.providers.secrets.states(self._db, PROVIDERS, row.id)
        source = provider or row
        assert source is not None  # noqa: S101 (a stored one has a row, a declared one settings)
        facts: dict[str, Any] = {
            "name": known.name,
            "kind": str(source.kind),
            "product": product_of(str(source.kind)),
            "usual": usual_of(str(source.kind)),
            "label": source.label,
            "address": source.address,
            "secret_set": next((state.changed for state in states.values()), None),
            "domains": list(source.domains),
            "known_only": source.known_only,
            "place": row.place if row else 0,
            "disabled": bool(row and row.disabled),
            "editable": row is not None,
            "problem": known.problem,
            "changed": row.changed if row else None,
            "changed_by": row.changed_by if row else "",
            "row_version": row.row_version if row else 0,
        }
        own = settings_of(provider) if provider is not None else dict(row.settings) if row else {}
        kind = OF_KIND.get(str(source.kind), OidcProvider)
        if kind is LdapProvider:
            return DirectoryView.model_validate(facts | own)
        if kind is SamlProvider:
            site = site_of(self._base, known.name)
            encrypts = bool(own.pop("sp_certificates", ()))
            ours = {"sp_entity_id": site.entity_id, "sp_consumer": site.consumer}
            return SamlView.model_validate(facts | own | ours | {"encrypts": encrypts})
        told = {
            "redirect_uri": callback_of(self._base, known.name),
            "backchannel_uri": logout_of(self._base, known.name),
            "signed_out_uri": f"{self._base}/login",
        }
        return OidcView.model_validate(facts | own | told)

    async def changed(
        self, row: ProviderRow, response: Response
    ) -> OidcView | DirectoryView | SamlView:
        """The same after a change."""
        tagged(response, row.row_version)
        return await self.view(await self._manager.known(self._db, row.name))

    async def current(self, name: str, if_match: str | None) -> ProviderRow:
        """The row to change, of the version the caller saw."""
        row = await self._manager.row(self._db, name)
        check(if_match, row.row_version, await self.view(await self._manager.known(self._db, name)))
        return row


Show = Annotated[Shown, Depends(Shown)]


@router.get("/presets", dependencies=[New])
async def list_provider_presets() -> list[Preset]:
    """What the form proposes for each product."""
    return list(PRESETS)


@router.post("/test", dependencies=[Fresh], responses=answers(429))
async def test_provider(
    body: NewOidcProvider,
    caller: Annotated[Principal, New],
    entry: Door,
    manager: Manager,
    *,
    db: DbSession,
    request: Request,
) -> OidcFound:
    """Read what a provider publishes, without saving anything. It needs what adding one does."""
    await count(entry, request, "test")
    return await manager.test(db, caller, body)


@router.post("", status_code=201, dependencies=[FreshNow], responses=answers(402))
async def create_provider(
    body: NewOidcProvider,
    caller: Annotated[Principal, New],
    manager: Manager,
    *,
    entitled: Entitled,
    db: DbSession,
    audit: Audited,
    show: Show,
    response: Response,
) -> ProviderView:
    """Add a provider; its button is on the sign-in page at once."""
    entitled.require("add-provider")
    row = await manager.create(db, audit, caller, body)
    return await show.changed(row, response)


@router.post("/directories/test", dependencies=[Fresh], responses=answers(429))
async def test_directory(
    body: NewDirectory,
    caller: Annotated[Principal, New],
    entry: Door,
    manager: Manager,
    *,
    db: DbSession,
    request: Request,
) -> DirectoryFound:
    """Ask each server of a directory, without saving anything. It needs what adding one does."""
    await count(entry, request, "test")
    return await manager.test_directory(db, caller, body)


@router.post("/directories", status_code=201, dependencies=[FreshNow], responses=answers(402))
async def create_directory(
    body: NewDirectory,
    caller: Annotated[Principal, New],
    manager: Manager,
    *,
    entitled: Entitled,
    db: DbSession,
    audit: Audited,
    show: Show,
    response: Response,
) -> ProviderView:
    """Add a directory (LDAP); its button is on the sign-in page at once."""
    entitled.require("add-provider")
    row = await manager.create(db, audit, caller, body)
    return await show.changed(row, response)


@router.get("/{name}", dependencies=[Sees])
async def read_provider(
    name: ProviderName, manager: Manager, db: DbSession, show: Show, response: Response
) -> ProviderView:
    """One provider with its settings; of its secret only that it is set."""
    found = await show.view(await manager.known(db, name))
    tagged(response, found.row_version)
    return found


@router.put("/{name}", dependencies=[FreshNow])
async def change_provider(
    name: ProviderName,
    body: OidcDraft,
    caller: Annotated[Principal, Changes],
    manager: Manager,
    *,
    db: DbSession,
    audit: Audited,
    show: Show,
    response: Response,
    if_match: IfMatch = None,
) -> ProviderView:
    """Change its settings. Needs `If-Match`."""
    row = await show.current(name, if_match)
    await manager.change(db, audit, caller, row, body)
    return await show.changed(row, response)


@router.put("/{name}/directory", dependencies=[FreshNow])
async def change_directory(
    name: ProviderName,
    body: DirectoryDraft,
    caller: Annotated[Principal, Changes],
    manager: Manager,
    *,
    db: DbSession,
    audit: Audited,
    show: Show,
    response: Response,
    if_match: IfMatch = None,
) -> ProviderView:
    """Change a directory's settings. Needs `If-Match`."""
    row = await show.current(name, if_match)
    await manager.change(db, audit, caller, row, body)
    return await show.changed(row, response)


@router.patch("/{name}", dependencies=[FreshNow])
async def switch_provider(
    name: ProviderName,
    body: ProviderSwitch,
    caller: Annotated[Principal, Changes],
    manager: Manager,
    *,
    db: DbSession,
    audit: Audited,
    show: Show,
    response: Response,
    if_match: IfMatch = None,
) -> ProviderView:
    """Switch it off, which signs out whoever signed in with it, or on. Needs `If-Match`."""
    row = await show.current(name, if_match)
    await manager.switch(db, audit, caller, row, off=body.disabled)
    return await show.changed(row, response)


@router.get("/{name}/impact", dependencies=[Sees])
async def read_provider_impact(
    name: ProviderName, manager: Manager, db: DbSession
) -> ProviderImpact:
    """Whom a change of it concerns."""
    await manager.known(db, name)
    return await manager.impact(db, name)


@router.delete("/{name}", status_code=204, dependencies=[FreshNow])
async def delete_provider(
    name: ProviderName,
    caller: Annotated[Principal, Deletes],
    manager: Manager,
    *,
    db: DbSession,
    audit: Audited,
    show: Show,
    if_match: IfMatch = None,
) -> None:
    """Forget it with its people's ways in and its groups' roles. Needs `If-Match`."""
    await manager.delete(db, audit, caller, await show.current(name, if_match))


@router.post("/{name}/trial", responses=answers(429, 502))
async def try_provider(
    name: ProviderName,
    caller: Annotated[Principal, Changes],
    entry: Door,
    manager: Manager,
    *,
    request: Request,
    response: Response,
) -> SignInAddress:
    """Begin a dry-run sign-in in this browser: it signs nobody in, and shows what one would
    give. Works while the provider is switched off."""
    await count(entry, request, "begin")
    async with entry.db_sessions() as db:  # over before the provider is asked
        known = await manager.known(db, name)
    if known.provider is None:
        raise NotFoundProblem(known.problem)
    if isinstance(known.provider, LdapProvider):
        raise Conflict("A directory is tried with a user name and a password.")
    url = await begun(entry, request, response, known, next_path="/", trial_by=caller.id)
    return SignInAddress(url=url)


@router.post("/{name}/directory/trial", dependencies=[Changes, Fresh], responses=answers(429, 503))
async def try_directory(
    name: ProviderName,
    body: PasswordSignIn,
    entry: Door,
    manager: Manager,
    *,
    db: DbSession,
    audit: Audited,
    request: Request,
) -> TrialView:
    """Try a user name and password: it signs nobody in, and shows the attributes that are read,
    and what one would get. Works while the directory is switched off."""
    await count(entry, request, "begin")
    known = await manager.known(db, name)
    if known.provider is None:
        raise NotFoundProblem(known.problem)
    if not isinstance(known.provider, LdapProvider):
        raise Conflict("Only a directory is tried with a user name and a password.")
    await db.rollback()  # no transaction is held while a directory is asked
    found = await tried(entry, request, known, known.provider, body)
    record_trial(audit, name, body.login, str(found["failure"]))
    return await trial_view(db, known.provider, found)


@router.get("/{name}/trials/{trial}")
async def read_trial_of_provider(
    name: ProviderName,
    trial: Annotated[str, Path(max_length=64, pattern=r"^[A-Za-z0-9_-]+$")],
    caller: Annotated[Principal, Changes],
    manager: Manager,
    *,
    db: DbSession,
) -> TrialView:
    """What the caller's own trial found, for ten minutes."""
    known = await manager.known(db, name)
    found = await read_trial(db, name, caller.id, trial)
    if found is None or known.provider is None:
        raise NotFoundProblem("This trial is over, or somebody else's. Try again.")
    return await trial_view(db, known.provider, found)
