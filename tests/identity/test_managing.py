"""Providers made in the console: tried before they are kept, changed, switched off, deleted."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select, update

from auth.builtin import built_in
from auth.scope import render
from backend.audit import Audit, Origin
from backend.db.identity import SessionRecord
from backend.db.rights import RoleRecord
from backend.features.providers.managing import Managing
from backend.features.providers.presets import PRODUCTS
from backend.features.providers.schemas import NewOidcProvider
from backend.http import stepup
from backend.identity.limits import AttemptLimits
from backend.providers.service import Providers
from backend.secrets.keyring import make_key
from backend.secrets.table import SealedSecret
from tests.console import Caller, ConsoleApp, running_console
from tests.identity.browser import begin, come_back, refusal, sign_in, signed_out
from tests.identity.provider import CLIENT, SECRET, LyingProvider
from tests.people import holding, principal
from tests.waiting import until

SHOP = ("org", "main", "cluster", "local", "ns", "shop")
URL = "/identity-providers"
STOPPED = time.time()


@pytest.fixture
async def site(
    tmp_path: Path, database_url: str, provider: LyingProvider
) -> AsyncIterator[ConsoleApp]:
    """A console whose operator lets providers stand on loopback."""
    async with running_console(
        tmp_path,
        database_url,
        secrets_keys=make_key(),
        connection_networks=("127.0.0.0/8",),
        connection_http_hosts=("127.0.0.1",),
    ) as console:
        yield console


def draft(provider: LyingProvider, **more: Any) -> dict[str, Any]:
    return {
        "name": "made",
        "issuer": provider.issuer,
        "client_id": CLIENT,
        "client_secret": SECRET,
        "label": "Made here",
        **more,
    }


async def made(owner: Caller, provider: LyingProvider, **more: Any) -> dict[str, Any]:
    answer = await owner.post(URL, json=draft(provider, **more))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def at(version: int) -> dict[str, str]:
    return {"If-Match": f'"{version}"'}


async def test_a_provider_is_made_and_people_sign_in(
    site: ConsoleApp, provider: LyingProvider
) -> None:
    owner = await site.owner()
    found = await owner.post(f"{URL}/test", json=draft(provider))
    assert found.status_code == 200, found.text
    assert (found.json()["keys"], found.json()["backchannel"]) == (1, True)
    view = await made(owner, provider)
    assert view["redirect_uri"] == "http://127.0.0.1:8080/api/v1/signin/callback/made"
    assert view["backchannel_uri"] == "http://127.0.0.1:8080/api/v1/hooks/logout/made"
    assert view["secret_set"]
    assert SECRET not in str(view)
    caller, _ = await sign_in(site, provider, name="made")
    assert (await caller.get("/session")).json()["login"] == "ada"
    rows = (await owner.get("/collections/identity-providers")).json()["rows"]
    assert [(row["label"], row["people"], row["status"]) for row in rows] == [
        ("Made here", 1, "Active")
    ]
    assert (view["product"], rows[0]["kind"]) == (PRODUCTS[view["kind"]],) * 2
    async with site.state.db_sessions() as db:
        sealed = [row.sealed for row in (await db.execute(select(SealedSecret))).scalars()]
    assert sealed
    assert SECRET not in str(sealed)
    activity = await owner.get("/collections/activity")
    assert "identity-provider:create" in activity.text
    assert SECRET not in activity.text


async def test_what_is_wrong_is_said_at_its_field(
    site: ConsoleApp, provider: LyingProvider
) -> None:
    owner = await site.owner()
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("name", {"name": "Made Here"}), ("issuer", {"issuer": "sso.test"}),
        ("issuer", {"issuer": f"{provider.issuer}/"}), ("issuer", {"issuer": "https://10.0.0.1"}),
        ("scopes", {"scopes": "openid\tprofile"}), ("domains", {"domains": ["-"]}),
    ]  # fmt: skip
    for field, change in wrong:
        for path in (URL, f"{URL}/test"):
            answer = await owner.post(path, json=draft(provider, **change))
            assert answer.status_code == 422, answer.text
            assert answer.json()["errors"][0]["field"].startswith(field), answer.text
            assert SECRET not in answer.text
    await made(owner, provider)
    again = await owner.post(URL, json=draft(provider))
    assert (again.status_code, again.json()["errors"][0]["field"]) == (409, "name")
    insisted = await owner.post(
        URL, json=draft(provider, name="later", issuer="https://sso.invalid", untested=True)
    )
    assert insisted.status_code == 201


async def test_settings_change_under_a_guard_and_the_secret_stays(
    site: ConsoleApp, provider: LyingProvider
) -> None:
    owner = await site.owner()
    await made(owner, provider)
    caller = site.caller()
    under_way = await provider.visit(await begin(caller, "made"))
    change = {"client_id": CLIENT, "label": "Renamed", "claim_groups": "roles"}
    assert (await owner.put(f"{URL}/made", json=change)).status_code == 428
    saved = await owner.put(f"{URL}/made", json=change, headers=at(1))
    assert saved.status_code == 200, saved.text
    assert (saved.json()["label"], saved.json()["row_version"]) == ("Renamed", 2)
    stale = await owner.put(f"{URL}/made", json=change, headers=at(1))
    assert (stale.status_code, stale.json()["current"]["row_version"]) == (412, 2)
    assert refusal(await come_back(caller, under_way)) == "old", "begun with other settings"
    provider.person["roles"] = ["ops"]
    signed_in, _ = await sign_in(site, provider, name="made")
    assert (await signed_in.get("/session")).status_code == 200, "with the stored secret"
    other = {"issuer": "https://evil.test", "kind": "dex", "name": "other", "client_id": CLIENT}
    kept = (await owner.put(f"{URL}/made", json=other, headers=at(2))).json()
    assert (kept["issuer"], kept["kind"], kept["name"]) == (provider.issuer, "oidc", "made")


async def test_switching_off_signs_out_and_takes_what_groups_gave(
    site: ConsoleApp, provider: LyingProvider
) -> None:
    owner = await site.owner()
    await made(owner, provider)
    grant = {"subject_kind": "group", "subject": "made/engineers", "role": "viewer"}
    bound = await owner.post("/bindings", json={**grant, "scope": render(SHOP)})
    assert bound.status_code == 201
    caller, _ = await sign_in(site, provider, name="made")
    impact = (await owner.get(f"{URL}/made/impact")).json()
    assert impact == {"people": 1, "sessions": 1, "bindings": 1}
    off = await owner.patch(f"{URL}/made", json={"disabled": True}, headers=at(1))
    assert off.status_code == 200
    await until(lambda: signed_out(caller))
    assert (await site.caller().get("/signin/providers")).json() == []
    assert (await site.caller().post("/signin/made", json={})).status_code == 404
    assert (await owner.get("/session")).status_code == 200
    on = await owner.patch(f"{URL}/made", json={"disabled": False}, headers=at(2))
    assert on.status_code == 200
    again, _ = await sign_in(site, provider, name="made")
    assert (await again.get("/session")).json()["roles"]


async def test_a_deleted_provider_leaves_nothing_to_inherit(
    site: ConsoleApp, provider: LyingProvider
) -> None:
    """Another one of its name has neither its people nor its groups' roles."""
    owner = await site.owner()
    await made(owner, provider)
    grant = {"subject_kind": "group", "subject": "made/engineers", "role": "owner"}
    await owner.post("/bindings", json={**grant, "scope": "org/main"})
    first, _ = await sign_in(site, provider, name="made")
    before = (await first.get("/session")).json()
    assert before["roles"]
    assert (await owner.delete(f"{URL}/made", headers=at(1))).status_code == 204
    await until(lambda: signed_out(first))
    await made(owner, provider)
    second, _ = await sign_in(site, provider, name="made")
    after = (await second.get("/session")).json()
    assert after["roles"] == []
    assert (after["login"], after["id"] == before["id"]) == ("ada@made", False)


async def test_a_trial_signs_nobody_in_and_shows_what_one_would_give(
    site: ConsoleApp, provider: LyingProvider
) -> None:
    owner = await site.owner()
    await made(owner, provider)
    who = (await owner.get("/session")).json()["login"]
    grant = {"subject_kind": "group", "subject": "made/engineers", "role": "viewer"}
    await owner.post("/bindings", json={**grant, "scope": render(SHOP)})
    found = await tried(owner, provider)
    assert (found["login"], found["groups"], found["failure"]) == ("ada", ["engineers"], "")
    assert found["grants"] == [{"role": "viewer", "scope": render(SHOP), "group": "engineers"}]
    assert found["claims"]["email"] == "ada@example.test"
    assert "nonce" not in found["claims"]
    assert (await owner.get("/session")).json()["login"] == who
    users = (await owner.get("/collections/users")).json()
    assert users["total"] == 1
    provider.person = {"sub": "x"}
    advice = " ".join((await tried(owner, provider))["advice"])
    assert "No groups were read" in advice
    assert "no role" in advice
    provider.lies.claims = lambda honest: {**honest, "aud": "other"}
    assert "another client" in (await tried(owner, provider))["failure"]


async def tried(owner: Caller, provider: LyingProvider) -> dict[str, Any]:
    begun = await owner.post(f"{URL}/made/trial")
    assert begun.status_code == 200, begun.text
    answer = await come_back(owner, await provider.visit(begun.json()["url"]))
    place = urlsplit(answer.headers["location"])
    assert place.path == "/access/providers/made"
    trial = parse_qs(place.query)["trial"][0]
    found: dict[str, Any] = (await owner.get(f"{URL}/made/trials/{trial}")).json()
    return found


async def test_a_trial_of_somebody_else_shows_nothing(
    site: ConsoleApp, provider: LyingProvider
) -> None:
    owner = await site.owner()
    await made(owner, provider)
    begun = await owner.post(f"{URL}/made/trial")
    callback = await provider.visit(begun.json()["url"])
    await owner.delete("/session")
    assert refusal(await come_back(owner, callback)) == "old"
    assert (await (await site.owner()).get(f"{URL}/made/trials/none")).status_code == 404


async def test_a_declared_provider_is_read_only_and_wins(
    tmp_path: Path, provider: LyingProvider
) -> None:
    declared = (provider.settings(),)
    async with running_console(tmp_path, identity_providers=declared) as console:
        owner = await console.owner()
        view = (await owner.get(f"{URL}/sso")).json()
        assert (view["editable"], view["row_version"]) == (False, 0)
        assert SECRET not in str(view)
        change = {"client_id": "other"}
        answer = await owner.put(f"{URL}/sso", json=change, headers=at(0))
        assert answer.status_code == 403
        assert "CRATON_IDENTITY_PROVIDERS" in answer.json()["detail"]
        assert (await owner.delete(f"{URL}/sso", headers=at(0))).status_code == 403
        taken = await owner.post(URL, json=draft(provider, name="sso", untested=True))
        assert taken.status_code == 409
        rows = (await owner.get("/collections/identity-providers")).json()["rows"]
        assert [(row["name"], row["origin"]) for row in rows] == [("sso", "configuration")]


async def test_the_name_of_a_declared_provider_leads_nowhere_else(
    tmp_path: Path, provider: LyingProvider
) -> None:
    """What was typed is not declared because of its name: loopback is asked for nobody."""
    declared = (provider.settings(issuer="http://127.0.0.1:9/declared"),)
    async with running_console(tmp_path, identity_providers=declared) as console:
        owner = await console.owner()
        answer = await owner.post(f"{URL}/test", json=draft(provider, name="sso"))
        assert answer.status_code == 422
        assert "without TLS" in answer.json()["detail"]
        assert provider.asked == {}


async def test_a_declared_provider_can_be_tried(
    believer: ConsoleApp, provider: LyingProvider
) -> None:
    owner = await believer.owner()
    answer = await owner.post(f"{URL}/test", json=draft(provider, name="sso"))
    assert answer.status_code == 200, answer.text


async def test_who_may_not_give_every_role_neither_tries_nor_deletes(
    site: ConsoleApp, provider: LyingProvider
) -> None:
    """Trying leads the console to an address of the caller's; deleting takes roles of others."""
    owner = await site.owner()
    await made(owner, provider)
    async with site.state.db_sessions() as db, db.begin():
        rights = [f"identity-provider:{verb}" for verb in ("get", "create", "update", "delete")]
        db.add(RoleRecord(id="sso-admin", title="SSO", rights=rights))
    some = await site.member("some", ("sso-admin", ("org", "main")))
    asked = dict(provider.asked)
    for answer in (
        await some.post(f"{URL}/test", json=draft(provider, name="later")),
        await some.post(URL, json=draft(provider, name="later")),
        await some.delete(f"{URL}/made", headers=at(1)),
    ):
        assert answer.status_code in {403, 404}, answer.text
        assert "role" in answer.json()["detail"], "which they may not give"
    assert provider.asked == asked


async def test_trying_wants_to_know_again_who_is_there_and_is_counted(
    site: ConsoleApp, provider: LyingProvider
) -> None:
    owner = await site.owner()
    typed = draft(provider, issuer="https://10.0.0.1")
    site.replace(AttemptLimits(site.state.engine, clock=lambda: STOPPED))
    statuses = [(await owner.post(f"{URL}/test", json=typed)).status_code for _ in range(62)]
    assert statuses == [422] * 60 + [429] * 2
    async with site.state.db_sessions() as db, db.begin():
        await db.execute(update(SessionRecord).values(strong_at=1.0))
    site.state.identities._known.clear()
    answer = await owner.post(f"{URL}/test", json=typed)
    assert answer.json()["type"].endswith("step-up-required"), answer.text


async def test_a_change_asks_who_is_there_for_that_action(
    site: ConsoleApp, provider: LyingProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Security reference, section 7: two minutes, where other changes of rights take ten."""
    monkeypatch.setattr(stepup, "ACTION_SECONDS", 120.0)
    owner = await site.owner()
    grant = {"subject": "owner", "role": "viewer", "scope": "org/main"}
    async with site.state.db_sessions() as db, db.begin():
        await db.execute(update(SessionRecord).values(strong_at=time.time() - 130))
    site.state.identities._known.clear()
    answer = await owner.post(URL, json=draft(provider))
    assert answer.status_code == 403
    assert answer.json()["within"] == 120
    assert (await owner.post("/bindings", json=grant)).status_code == 201


async def test_no_transaction_is_held_while_a_provider_is_asked(
    site: ConsoleApp, provider: LyingProvider
) -> None:
    manager = Managing(site.app.state.parts.get(Providers))
    caller = principal(holding((built_in(site.state.catalogue)["owner"], ("org", "main"))))
    audit_origin = Origin.system("main", "test")
    held: list[bool] = []
    body = NewOidcProvider(**draft(provider))
    async with site.state.db_sessions() as db:

        def asked(honest: dict[str, Any]) -> dict[str, Any]:
            held.append(db.in_transaction())
            return honest

        provider.lies.metadata = asked
        await manager.test(db, caller, body)
        await manager.create(db, Audit(db, audit_origin, caller.policy), caller, body)
        await db.commit()
    assert held == [False, False]
