"""Provisioning (SCIM) as people and rights feel it: joined, deactivated, let in again, grouped."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from auth.scope import render
from backend.secrets.keyring import make_key
from tests.console import Caller, ConsoleApp, running_console
from tests.identity.browser import holds_nothing, refusal, sign_in, signed_out
from tests.identity.provider import LyingProvider
from tests.identity.scim import CORE, Client, provisioning
from tests.waiting import until

ORG = ("org", "main")
READ = {"name": "ci", "rights": ["*:get", "*:list"]}


@pytest.fixture
async def site(
    tmp_path: Path, database_url: str, provider: LyingProvider
) -> AsyncIterator[ConsoleApp]:
    """Two providers of one issuer."""
    declared = (provider.settings(), provider.settings(name="other"))
    async with running_console(
        tmp_path, database_url, identity_providers=declared, secrets_keys=make_key()
    ) as console:
        yield console


@pytest.fixture
async def owner(site: ConsoleApp) -> Caller:
    return await site.owner()


@pytest.fixture
async def client(site: ConsoleApp, owner: Caller) -> AsyncIterator[Client]:
    async with await provisioning(site, owner) as client:
        yield client


async def standing(owner: Caller, login: str) -> str:
    """How the person stands in the list of people."""
    rows = (await owner.get("/collections/users")).json()["rows"]
    return next(row["status"] for row in rows if row["login"] == login)


async def grant(owner: Caller, subject: str, role: str = "viewer", **more: Any) -> None:
    body = {"subject": subject, "role": role, "scope": render(ORG), **more}
    made = await owner.post("/bindings", json=body)
    assert made.status_code == 201, made.text


async def test_a_provisioned_person_gets_their_account_at_the_first_sign_in(
    site: ConsoleApp, owner: Caller, client: Client, provider: LyingProvider
) -> None:
    ada = await client.person("ada@example.test", externalId="ada-1", displayName="Ada L.")
    await client.person("eve@example.test", externalId="eve-9")
    await grant(owner, "ada@example.test")
    caller, answer = await sign_in(site, provider)
    assert refusal(answer) == ""
    session = (await caller.get("/session")).json()
    assert session["login"] == "ada@example.test"
    assert [role["role"] for role in session["roles"]] == ["viewer"]
    # What the client calls them later leads nobody else to the account.
    moved = await client.operate(
        f"/Users/{ada['id']}", {"op": "replace", "path": "externalId", "value": "mallory-3"}
    )
    assert moved.status_code == 200, moved.text
    provider.person |= {"sub": "mallory-3", "preferred_username": "ada@example.test"}
    other, _ = await sign_in(site, provider)
    assert (await other.get("/session")).json()["id"] != session["id"]
    provider.person |= {"sub": "ada-1"}
    again, _ = await sign_in(site, provider)
    assert (await again.get("/session")).json()["id"] == session["id"]


async def test_neither_name_nor_address_leads_to_an_account(
    site: ConsoleApp, client: Client, provider: LyingProvider
) -> None:
    caller, _ = await sign_in(site, provider)
    ada = (await caller.get("/session")).json()
    await client.person("ada", emails=[{"value": "ada@example.test"}], externalId="somebody-4")
    again, _ = await sign_in(site, provider)
    assert (await again.get("/session")).json()["id"] == ada["id"]
    told = await client.person("ada-2", externalId="ada-1")
    assert (
        await client.operate(
            f"/Users/{told['id']}", {"op": "replace", "path": "active", "value": False}
        )
    ).status_code == 200
    await until(lambda: signed_out(caller))


async def test_c5_deactivation_ends_sessions_and_tokens_and_keeps_out_until_it_is_lifted(
    site: ConsoleApp, owner: Caller, client: Client, provider: LyingProvider
) -> None:
    ada = await client.person("ada", externalId="ada-1")
    where = f"/Users/{ada['id']}"
    await grant(owner, "ada")
    for off in ("patch", "delete"):
        caller, _ = await sign_in(site, provider)
        assert await standing(owner, "ada") == "Active"
        made = await caller.post("/tokens", json=READ)
        assert made.status_code == 201, made.text
        program = site.caller()
        program.headers["authorization"] = f"Bearer {made.json()['secret']}"
        assert (await program.get("/session")).status_code == 200
        if off == "patch":
            answer = await client.operate(
                where, {"op": "Replace", "path": "active", "value": "False"}
            )
            assert (answer.status_code, answer.json()["active"]) == (200, False)
        else:
            assert (await client.delete(where)).status_code == 204
            assert (await client.get(where)).status_code == 404
        for one in (caller, program):
            await until(lambda one=one: signed_out(one))
        assert refusal((await sign_in(site, provider))[1]) == "disabled"
        assert await standing(owner, "ada") == "Kept out"
        if off == "patch":
            answer = await client.operate(where, {"op": "replace", "value": {"active": True}})
            assert answer.json()["active"] is True
        else:
            await client.person("ada", externalId="ada-1")
        assert (await program.get("/session")).status_code == 200
        back, answer = await sign_in(site, provider)
        assert refusal(answer) == ""
        assert not await holds_nothing(back)
    activity = (await owner.get("/collections/activity")).text
    assert "Deactivated by sso (SCIM). Sessions that ended: 1." in activity
    assert "SCIM of sso (craton_scim_" in activity


async def test_nothing_is_granted_to_who_was_deactivated_after_they_asked(
    site: ConsoleApp, owner: Caller, client: Client, provider: LyingProvider
) -> None:
    ada = await client.person("ada", externalId="ada-1")
    caller, _ = await sign_in(site, provider)
    wish = {"role": "viewer", "scope": render(ORG), "reason": "I am on call"}
    asked = await caller.post("/access-requests", json=wish)
    assert asked.status_code == 201, asked.text
    await client.operate(f"/Users/{ada['id']}", {"op": "replace", "value": {"active": False}})
    decision = f"/access-requests/{asked.json()['id']}/decision"
    match = {"if-match": f'"{asked.json()["row_version"]}"'}
    answer = await owner.post(decision, json={"grant": True}, headers=match)
    assert (answer.status_code, "does not let them in" in answer.text) == (409, True)
    answer = await owner.post(decision, json={"grant": False, "answer": "gone"}, headers=match)
    assert answer.status_code == 200, answer.text


async def test_what_a_provider_told_that_is_declared_no_more_ends_and_that_is_written_down(
    tmp_path: Path, database_url: str, provider: LyingProvider
) -> None:
    declared = (provider.settings(),)
    async with running_console(tmp_path, database_url, identity_providers=declared) as site:
        client = await provisioning(site, await site.owner())
        ada = await client.person("ada", externalId="ada-1")
        await client.group("pilots", ada["id"])
    secret = client.headers["authorization"].removeprefix("Bearer ")
    async with running_console(tmp_path, database_url) as site:
        owner = await site.owner()
        was = "its SCIM tokens and groups end with what it said of 1 people"

        async def told() -> bool:
            return was in (await owner.get("/collections/activity")).text

        await until(told)
        assert (await Client(site, secret).get("/Users")).status_code == 401
        assert await standing(owner, "ada") == "Active"


async def test_a_provisioned_group_gives_and_takes_rights_at_once(
    site: ConsoleApp, owner: Caller, client: Client, provider: LyingProvider
) -> None:
    await grant(owner, "sso/engineers", subject_kind="group")
    caller, _ = await sign_in(site, provider)
    assert not await holds_nothing(caller), "by what the sign-in told"
    ada = await client.person("ada", externalId="ada-1")
    group = await client.group("engineers")
    await until(lambda: holds_nothing(caller))
    where = f"/Groups/{group['id']}"
    added = await client.operate(
        where, {"op": "Add", "path": "members", "value": [{"value": ada["id"]}]}
    )
    assert added.status_code == 204, added.text
    assert not await holds_nothing(caller)
    assert (await client.get(f"/Users/{ada['id']}")).json()["groups"][0]["display"] == "engineers"
    await sign_in(site, provider)
    removed = await client.operate(
        where, {"op": "Remove", "path": "members", "value": [{"value": ada["id"]}]}
    )
    assert removed.status_code == 204, removed.text
    await until(lambda: holds_nothing(caller))
    await sign_in(site, provider)
    assert await holds_nothing(caller), "a sign-in tells nothing of a group that is provisioned"
    named = await client.put(
        where,
        json={
            "schemas": [f"{CORE}Group"],
            "displayName": "builders",
            "members": [{"value": ada["id"]}],
        },
    )
    assert named.status_code == 200, named.text
    assert await holds_nothing(caller)
    assert (await client.delete(where)).status_code == 204
    await sign_in(site, provider)
    assert not await holds_nothing(caller), "it is the sign-in's again"


async def test_the_last_owner_stays(
    site: ConsoleApp, owner: Caller, client: Client, provider: LyingProvider
) -> None:
    ada = await client.person("ada", externalId="ada-1")
    await grant(owner, "ada", "owner")
    caller, _ = await sign_in(site, provider)
    users = (await caller.get("/collections/users")).json()["rows"]
    (first,) = [one for one in users if one["login"] == "owner"]
    off = await caller.patch(
        f"/users/{first['key']}", json={"disabled": True}, headers={"If-Match": '"1"'}
    )
    assert off.status_code == 200, off.text
    where = f"/Users/{ada['id']}"
    for answer in (
        await client.operate(where, {"op": "replace", "path": "active", "value": False}),
        await client.delete(where),
    ):
        assert answer.status_code == 409, answer.text
        assert "without an owner" in answer.json()["detail"]
    assert (await caller.get("/session")).status_code == 200
    assert (await client.get(where)).json().get("active") is not False


async def test_a_token_reaches_its_own_providers_people_alone(
    site: ConsoleApp, owner: Caller, client: Client, provider: LyingProvider
) -> None:
    async with await provisioning(site, owner, "other") as other:
        ada = await client.person("ada", externalId="ada-1")
        group = await client.group("engineers", ada["id"])
        for where in (f"/Users/{ada['id']}", f"/Groups/{group['id']}"):
            change = {"op": "replace", "path": "displayName", "value": "x"}
            for answer in (
                await other.get(where),
                await other.operate(where, change),
                await other.delete(where),
            ):
                assert answer.status_code == 404, answer.text
            assert (await client.get(where)).status_code == 200
        for kind in ("Users", "Groups"):
            assert (await other.get(f"/{kind}")).json()["totalResults"] == 0
        body = {"schemas": [f"{CORE}Group"], "displayName": "engineers"}
        taken = await other.post("/Groups", json=body | {"members": [{"value": ada["id"]}]})
        assert (taken.status_code, taken.json()["scimType"]) == (400, "invalidValue")
        # The same names there are other people, and other groups.
        double = await other.person("ada", externalId="ada-1")
        assert (await other.post("/Groups", json=body)).status_code == 201
        assert (await other.delete(f"/Users/{double['id']}")).status_code == 204
    caller, answer = await sign_in(site, provider)
    assert refusal(answer) == ""
    assert (await caller.get("/session")).status_code == 200


async def test_a_token_is_told_once_rotated_and_revoked(
    site: ConsoleApp, owner: Caller, client: Client
) -> None:
    where = "/identity-providers/sso/provisioning"
    told = (await owner.get(where)).json()
    (token,) = told["tokens"]
    assert "secret" not in token
    assert (told["address"], told["external"]) == (f"{client.base_url}".rstrip("/"), "sub")
    assert (await owner.post(f"{where}/tokens", json={})).status_code == 409
    rotated = await owner.post(f"{where}/tokens/{token['id']}/rotate", json={})
    assert rotated.status_code == 201, rotated.text
    again = await owner.post(f"{where}/tokens/{token['id']}/rotate", json={})
    assert again.status_code == 409
    async with Client(site, rotated.json()["secret"]) as second:
        for one in (client, second):
            assert (await one.get("/Users")).status_code == 200, "both during the overlap"
        assert (await owner.delete(f"{where}/tokens/{token['id']}")).status_code == 204
        refused = await client.get("/Users")
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"].startswith("Bearer")
        assert (await second.get("/Users")).status_code == 200
    auditor = await site.member("auditor", ("auditor", ORG))
    assert (await auditor.get(where)).status_code == 200
    assert (await auditor.post(f"{where}/tokens", json={})).status_code == 403
    secret = rotated.json()["secret"]
    async with Client(site, secret[:-1] + ("y" if secret.endswith("x") else "x")) as wrong:
        assert (await wrong.get("/Users")).status_code == 401
    activity = (await owner.get("/collections/activity")).text
    for action in ("create-token", "rotate-token", "revoke-token"):
        assert f"identity-provider:{action}" in activity
    assert rotated.json()["secret"] not in activity


async def test_what_was_left_of_somebody_stands_in_nobodys_way(
    site: ConsoleApp, owner: Caller, client: Client, provider: LyingProvider
) -> None:
    """Deleted, told of again without a name, and called as before only then."""
    for deleted in ("bob@example.test", "ada@example.test"):
        first = await client.person(deleted, externalId="ada-1")
        if deleted.startswith("ada"):  # who has signed in keeps the account
            caller, answer = await sign_in(site, provider)
            assert refusal(answer) == ""
            account = (await caller.get("/session")).json()["id"]
        assert (await client.delete(f"/Users/{first['id']}")).status_code == 204
        second = await client.person(deleted)
        called = {"op": "replace", "path": "externalId", "value": "ada-1"}
        named = await client.operate(f"/Users/{second['id']}", called)
        assert named.status_code == 200, named.text
        if deleted.startswith("bob"):
            assert (await client.delete(f"/Users/{second['id']}")).status_code == 204
    again, answer = await sign_in(site, provider)
    assert refusal(answer) == ""
    assert (await again.get("/session")).json()["id"] == account


async def test_what_no_text_holds_is_refused(client: Client) -> None:
    assert (await client.get("/Users/a%00b")).status_code in {400, 404}
    asked = await client.get("/Users", params={"filter": 'userName eq "a\\u0000b"'})
    assert asked.status_code == 400
    assert (await client.get("/Groups/a%00b")).status_code in {400, 404}
