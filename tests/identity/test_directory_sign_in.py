"""People of a real directory sign in, stay as long as it lets them, and confirm who they are."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import select, update

from backend.db.identity import IdentityRecord, TeamRecord
from backend.db.teams import TeamGroupRecord
from backend.http import stepup
from backend.identity.limits import AttemptLimits
from backend.providers.refreshing import Refreshing
from backend.providers.service import Providers
from backend.providers.table import ProviderSession
from backend.secrets.keyring import make_key
from tests.console import Caller, ConsoleApp, running_console
from tests.identity.browser import holds_nothing, signed_out
from tests.identity.provider import LyingProvider
from tests.ports import free_port
from tests.slapd import BASE, PASSWORD, SEARCHER, SEARCHER_PASSWORD, Slapd
from tests.unit.features.test_device import signed_in as command_line
from tests.unit.features.test_tokens import READ, program
from tests.waiting import until

URL = "/identity-providers"
STOPPED = time.time()


def named(word: str) -> str:
    """A name that no other test has."""
    return f"{word}{uuid4().hex[:12]}"


@pytest.fixture
async def site(tmp_path: Path, directory: Slapd) -> AsyncIterator[ConsoleApp]:
    """A console whose operator declared the directory."""
    async with running_console(tmp_path, identity_providers=(directory.settings(),)) as console:
        yield console


@pytest.fixture
async def free(tmp_path: Path, database_url: str) -> AsyncIterator[ConsoleApp]:
    """A console whose operator lets providers stand on loopback."""
    async with running_console(
        tmp_path,
        database_url,
        secrets_keys=make_key(),
        connection_networks=("127.0.0.0/8",),
        connection_http_hosts=("127.0.0.1",),
    ) as console:
        yield console


async def give(
    caller: Caller, login: str, password: str = PASSWORD, name: str = "corp"
) -> httpx2.Response:
    body = {"login": login, "password": password}
    return await caller.post(f"/signin/{name}/password", json=body)


async def enter(site: ConsoleApp, login: str, name: str = "corp") -> Caller:
    caller = site.caller()
    answer = await give(caller, login, name=name)
    assert answer.status_code == 204, answer.text
    return caller


async def asked_again(site: ConsoleApp) -> None:
    """The refresh loop's next round, with everybody due."""
    async with site.state.db_sessions() as db, db.begin():
        await db.execute(update(ProviderSession).values(due=time.time() - 1))
        await db.execute(update(IdentityRecord).values(looked=0.0))
    providers = site.app.state.parts.get(Providers)
    await Refreshing(providers, site.state.db_sessions, "main").run()


def draft(directory: Slapd, **more: Any) -> dict[str, Any]:
    return directory.settings(name="made", label="Made here", unique="entryUUID") | more


def at(version: int) -> dict[str, str]:
    return {"If-Match": f'"{version}"'}


# Signing in


async def test_somebody_signs_in_and_holds_what_their_groups_give(
    site: ConsoleApp, directory: Slapd
) -> None:
    ada, ops = named("ada"), named("ops")
    directory.group(ops, directory.person(ada))
    owner = await site.owner()
    grant = {"subject_kind": "group", "subject": f"corp/{ops}", "role": "viewer"}
    bound = await owner.post("/bindings", json={**grant, "scope": "org/main"})
    assert bound.status_code == 201, bound.text
    offered = (await site.caller().get("/signin/providers")).json()
    assert [(one["name"], one["password"]) for one in offered] == [("corp", True)]
    caller = await enter(site, ada)
    session = (await caller.get("/session")).json()
    assert (session["login"], [role["role"] for role in session["roles"]]) == (ada, ["viewer"])
    again = (await (await enter(site, f"{ada}@example.test")).get("/session")).json()
    assert again["id"] == session["id"]
    activity = (await owner.get("/collections/activity")).text
    assert PASSWORD not in activity
    assert SEARCHER_PASSWORD not in activity
    assert "By corp, subject " in activity


async def test_c19_whoever_is_refused_is_told_the_same(site: ConsoleApp, directory: Slapd) -> None:
    """Unknown, wrong, disabled, expired, and to be changed first look alike; why is recorded."""
    ada, expired, fresh = named("ada"), named("old"), named("new")
    directory.person(ada)
    directory.person(expired, shadowExpire="1")
    directory.set(directory.person(fresh), "pwdReset", "TRUE")
    answers = [
        await give(site.caller(f"192.0.2.{number}"), login, password)
        for number, (login, password) in enumerate((
            (ada, "wrong"), (named("nobody"), PASSWORD), ("*", PASSWORD),
            (expired, PASSWORD), (fresh, PASSWORD),
        ))
    ]  # fmt: skip
    told = {(answer.status_code, answer.json()["detail"]) for answer in answers}
    assert told == {(401, "The user name or the password is wrong.")}
    assert not any(answer.headers.get("set-cookie") for answer in answers)
    owner = await site.owner()
    activity = (await owner.get("/collections/activity")).text
    assert "shadowExpire" in activity
    assert "changed first" in activity


async def test_c11_an_empty_password_is_refused(site: ConsoleApp, directory: Slapd) -> None:
    ada = named("ada")
    directory.person(ada)
    assert (await give(site.caller(), ada, "")).status_code == 422
    assert (await give(site.caller(), "", PASSWORD)).status_code == 422


async def test_an_account_here_is_never_taken_over_by_its_name(
    site: ConsoleApp, directory: Slapd
) -> None:
    """Name and address are for reading: who is made anew in the directory is somebody else."""
    ada = named("ada")
    dn = directory.person(ada)
    first = (await (await enter(site, ada)).get("/session")).json()
    directory.remove(dn)
    directory.person(ada)
    second = (await (await enter(site, ada)).get("/session")).json()
    assert first["id"] != second["id"]
    assert (first["login"], second["login"]) == (ada, f"{ada}@corp")


async def test_c19_guesses_are_limited_by_account_and_address_and_lock_nobody_out(
    site: ConsoleApp, directory: Slapd
) -> None:
    site.replace(AttemptLimits(site.state.engine, clock=lambda: STOPPED))
    ada, bob = named("ada"), named("bob")
    directory.person(ada)
    directory.person(bob)
    guesser = site.caller("192.0.2.77")
    spelled = [ada, ada.upper(), ada.title(), f" {ada}", ada, ada, ada]
    statuses = [(await give(guesser, login, "wrong")).status_code for login in spelled]
    assert statuses == [401] * 5 + [429] * 2, "case and spaces make no other account"
    assert (await give(site.caller("198.51.100.7"), bob)).status_code == 204


async def test_c19_one_person_is_one_account_whatever_they_are_called_by(
    site: ConsoleApp, directory: Slapd
) -> None:
    site.replace(AttemptLimits(site.state.engine, clock=lambda: STOPPED))
    ada = named("ada")
    directory.person(ada)
    guesser = site.caller("192.0.2.78")
    called = [ada, f"{ada}@example.test"] * 4
    statuses = [(await give(guesser, login, "wrong")).status_code for login in called]
    assert statuses == [401] * 5 + [429] * 3
    nobody = named("nobody")
    unknown = [(await give(guesser, nobody, "wrong")).status_code for _ in range(7)]
    assert unknown == [401] * 5 + [429] * 2, "who is not there looks the same"


async def test_only_known_people_where_the_provider_says_so(
    tmp_path: Path, directory: Slapd
) -> None:
    ada = named("ada")
    directory.person(ada)
    declared = (directory.settings(known_only=True, label="Corp"),)
    async with running_console(tmp_path, identity_providers=declared) as console:
        answer = await give(console.caller(), ada)
        assert answer.status_code == 403
        assert "Only people who are known" in answer.json()["detail"]


async def test_a_directory_that_does_not_answer_is_no_wrong_password(
    tmp_path: Path, directory: Slapd
) -> None:
    gone = directory.settings(servers=[f"ldaps://127.0.0.1:{free_port()}"])
    async with running_console(tmp_path, identity_providers=(gone,)) as console:
        answer = await give(console.caller(), "ada")
        assert answer.status_code == 502
        assert "127.0.0.1" not in answer.text


async def test_the_ways_of_other_kinds_are_closed(
    tmp_path: Path, directory: Slapd, provider: LyingProvider
) -> None:
    declared = (directory.settings(), provider.settings())
    async with running_console(tmp_path, identity_providers=declared) as console:
        caller = console.caller()
        assert (await caller.post("/signin/corp", json={})).status_code == 404
        assert (await give(caller, "ada", name="sso")).status_code == 404
        logout = await caller.post("/hooks/logout/corp", content=b"logout_token=x")
        assert logout.status_code in {404, 415}


# Staying signed in


async def test_c5_a_lost_group_and_a_locked_account_end_rights_and_sessions(
    site: ConsoleApp, directory: Slapd
) -> None:
    ada, bob, ops = named("ada"), named("bob"), named("ops")
    dn = directory.person(ada)
    directory.person(bob)
    directory.group(ops, dn, SEARCHER)
    owner = await site.owner()
    grant = {"subject_kind": "group", "subject": f"corp/{ops}", "role": "viewer"}
    await owner.post("/bindings", json={**grant, "scope": "org/main"})
    first, second, other = [await enter(site, login) for login in (ada, ada, bob)]
    assert not await holds_nothing(first)
    await asked_again(site)
    assert not await holds_nothing(first)
    directory.leave(dn, ops)
    await asked_again(site)
    await until(lambda: holds_nothing(first))
    directory.set(dn, "pwdAccountLockedTime", "000001010000Z")
    await asked_again(site)
    await until(lambda: signed_out(first))
    await until(lambda: signed_out(second))
    assert (await other.get("/session")).status_code == 200
    activity = (await owner.get("/collections/activity")).text
    assert "locked by an administrator" in activity


async def test_a_directory_that_is_down_or_refuses_the_searcher_ends_nobodys_session(
    tmp_path: Path, directory: Slapd
) -> None:
    ada = named("ada")
    directory.person(ada)
    async with running_console(tmp_path, identity_providers=(directory.settings(),)) as console:
        caller = await enter(console, ada)
        for wrong in (
            {"servers": [f"ldaps://127.0.0.1:{free_port()}"]}, {"bind_password": "wrong"},
            {"people_base": f"ou=none,{BASE}"},
        ):  # fmt: skip
            from auth.ldap.provider import LdapProvider

            providers = console.app.state.parts.get(Providers)
            providers._declared = (LdapProvider(**directory.settings(**wrong)),)
            await asked_again(console)
            assert (await caller.get("/session")).status_code == 200, wrong


@pytest.mark.parametrize("page_open", [True, False], ids=["signed in", "browser closed"])
async def test_c5_who_may_not_sign_in_any_more_keeps_no_command_line_and_no_token(
    site: ConsoleApp, directory: Slapd, *, page_open: bool
) -> None:
    ada = named("ada")
    dn = directory.person(ada)
    owner = await site.owner()
    caller = await enter(site, ada)
    grant = {"subject": ada, "role": "viewer", "scope": "org/main"}
    assert (await owner.post("/bindings", json=grant)).status_code == 201
    device = await command_line(site, caller)
    made = await caller.post("/tokens", json=READ)
    assert made.status_code == 201, made.text
    token = program(site, made.json()["secret"])
    if not page_open:
        assert (await caller.delete("/session")).status_code < 300
    await asked_again(site)
    for one in (device, token):
        assert (await one.get("/session")).status_code == 200
    directory.set(dn, "pwdAccountLockedTime", "000001010000Z")
    await asked_again(site)
    for one in (caller, device, token):
        await until(lambda one=one: signed_out(one))
    activity = (await owner.get("/collections/activity")).text
    assert "API tokens give nothing until corp accepts the person again" in activity
    await asked_again(site)
    assert await signed_out(token)
    directory.change(f"dn: {dn}\nchangetype: modify\ndelete: pwdAccountLockedTime\n")
    await enter(site, ada)
    assert (await token.get("/session")).status_code == 200
    assert await signed_out(device)


# Step-up


async def test_c30_the_password_is_asked_again_of_the_directory(
    site: ConsoleApp, directory: Slapd, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = named("ada")
    directory.person(ada)
    owner = await site.owner()
    caller = await enter(site, ada)
    grant = {"subject": ada, "role": "owner", "scope": "org/main"}
    assert (await owner.post("/bindings", json=grant)).status_code == 201
    monkeypatch.setattr(stepup, "ACTION_SECONDS", 0.0)
    refused = await caller.post(URL, json=draft(directory, untested=True))
    assert (refused.status_code, refused.json()["methods"]) == (403, ["password"])
    for wrong in ("wrong", PASSWORD.upper()):
        answer = await caller.post("/session/step-up", json={"password": wrong})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "password")
    assert (await caller.post("/session/step-up", json={"password": PASSWORD})).status_code == 200
    await asked_again(site)
    assert (await caller.get("/session")).json()["login"] == ada, "asked about under its new id"


# Managing


async def test_a_directory_is_tested_made_changed_and_its_password_stays(
    free: ConsoleApp, directory: Slapd
) -> None:
    ada = named("ada")
    directory.person(ada)
    directory.group(named("ops"))
    owner = await free.owner()
    found = await owner.post(f"{URL}/directories/test", json=draft(directory))
    assert found.status_code == 200, found.text
    told = found.json()
    assert told["servers"][0]["tls"].startswith("TLSv1.")
    assert told["servers"][0]["expires"] > time.time()
    assert told["people"] >= 1
    made = await owner.post(f"{URL}/directories", json=draft(directory))
    assert made.status_code == 201, made.text
    view = made.json()
    assert (view["protocol"], view["address"]) == ("ldap", directory.secure)
    assert view["secret_set"]
    assert SEARCHER_PASSWORD not in made.text
    caller = await enter(free, ada, "made")
    assert (await caller.get("/session")).json()["login"] == ada
    change = draft(directory, label="Renamed")
    del change["bind_password"]
    saved = await owner.put(f"{URL}/made/directory", json=change, headers=at(1))
    assert (saved.status_code, saved.json()["label"]) == (200, "Renamed"), saved.text
    await enter(free, ada, "made")
    tested = await owner.post(f"{URL}/directories/test", json=change)
    assert tested.status_code == 200, "with the stored password"
    other = await owner.put(f"{URL}/made", json={"client_id": "x"}, headers=at(2))
    assert other.status_code == 409
    rows = (await owner.get("/collections/identity-providers")).json()["rows"]
    assert [(r["label"], r["address"], r["people"]) for r in rows] == [
        ("Renamed", directory.secure, 1)
    ]
    assert (saved.json()["product"], rows[0]["kind"]) == ("OpenLDAP", "OpenLDAP")
    activity = (await owner.get("/collections/activity")).text
    assert SEARCHER_PASSWORD not in activity
    off = await owner.patch(f"{URL}/made", json={"disabled": True}, headers=at(2))
    assert off.status_code == 200
    await until(lambda: signed_out(caller))
    assert (await give(free.caller(), ada, name="made")).status_code == 404
    assert (await owner.delete(f"{URL}/made", headers=at(3))).status_code == 204


async def test_a_stored_password_is_sent_to_no_other_server(
    free: ConsoleApp, directory: Slapd
) -> None:
    owner = await free.owner()
    assert (await owner.post(f"{URL}/directories", json=draft(directory))).status_code == 201
    elsewhere: list[dict[str, Any]] = [
        {"servers": [f"ldap://127.0.0.1:{free_port()}"]}, {"ca": ""}, {"starttls": False},
    ]  # fmt: skip
    for change in elsewhere:
        body = draft(directory, **change)
        del body["bind_password"]
        for answer in (
            await owner.post(f"{URL}/directories/test", json=body),
            await owner.put(f"{URL}/made/directory", json=body, headers=at(1)),
        ):
            assert answer.status_code == 422, answer.text
            assert answer.json()["errors"][0]["field"] == "bind_password"
    assert (await owner.get(f"{URL}/made")).json()["servers"] == [directory.secure]


async def test_what_is_wrong_with_a_directory_is_said_at_its_field(
    free: ConsoleApp, directory: Slapd
) -> None:
    owner = await free.owner()
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("name", {"name": "Made Here"}), ("servers", {"servers": ["https://dc"]}),
        ("servers", {"servers": ["ldaps://10.0.0.1"]}), ("bind_dn", {"bind_password": "wrong"}),
        ("people_base", {"people_base": f"ou=none,{BASE}"}), ("ca", {"ca": "nothing"}),
        ("people_filter", {"people_filter": "(uid=*"}), ("unique", {"unique": "no name"}),
        ("servers", {"ca": ""}),
    ]  # fmt: skip
    for field, change in wrong:
        for path in (f"{URL}/directories", f"{URL}/directories/test"):
            answer = await owner.post(path, json=draft(directory, **change))
            assert answer.status_code == 422, answer.text
            assert answer.json()["errors"][0]["field"].startswith(field), answer.text
            assert SEARCHER_PASSWORD not in answer.text


async def test_a_trial_shows_what_a_sign_in_would_give_and_signs_nobody_in(
    free: ConsoleApp, directory: Slapd
) -> None:
    ada, ops = named("ada"), named("ops")
    directory.group(ops, directory.person(ada))
    owner = await free.owner()
    await owner.post(f"{URL}/directories", json=draft(directory))
    grant = {"subject_kind": "group", "subject": f"made/{ops}", "role": "viewer"}
    await owner.post("/bindings", json={**grant, "scope": "org/main"})
    assert (await owner.post("/teams", json={"name": "blue"})).status_code == 201
    async with free.state.db_sessions() as db, db.begin():
        team = (await db.execute(select(TeamRecord))).scalar_one()
        db.add(TeamGroupRecord(team_id=team.id, provider="made", name=ops))
    trial = f"{URL}/made/directory/trial"
    found = await owner.post(trial, json={"login": ada, "password": PASSWORD})
    assert found.status_code == 200, found.text
    view = found.json()
    assert (view["login"], view["groups"], view["teams"]) == (ada, [ops], ["blue"])
    assert [(one["role"], one["group"]) for one in view["grants"]] == [("viewer", ops)]
    assert view["claims"]["mail"] == [f"{ada}@example.test"]
    assert "userpassword" not in view["claims"]
    wrong = (await owner.post(trial, json={"login": ada, "password": "wrong"})).json()
    assert "result 49" in wrong["failure"]
    entries = (await owner.get("/collections/activity")).json()["rows"]
    trials = {one["outcome"]: one for one in entries if one["action"].endswith(":trial")}
    assert set(trials) == {"success", "failed"}
    assert all(ada in one["detail"] and one["actor"] == "owner" for one in trials.values())
    assert "result 49" in trials["failed"]["detail"]
    assert PASSWORD not in str(entries)
    rows = (await owner.get("/collections/identity-providers")).json()["rows"]
    assert rows[0]["people"] == 0
