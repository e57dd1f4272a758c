"""Invitations: made by who may give, worth what they may give then, good once."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import httpx2
import pyotp
from sqlalchemy import select, update
from sqlmodel import col

from auth.scope import namespace, organisation
from auth.tokens import is_invitation_token, make_invitation_token
from backend.db.identity import SessionRecord, UserRecord
from backend.db.invitations import InvitationRecord
from backend.db.rules import SignInRule
from backend.identity.rules import SECOND_FACTOR
from backend.identity.tokens import digest
from tests.console import BASE_URL, Caller, ConsoleApp, running_console

MAIN = organisation("main")
SHOP = "org/main/cluster/local/ns/shop"
PASSWORD = "a password of my own"


async def invite(caller: Caller, login: str = "new", **more: Any) -> httpx2.Response:
    return await caller.post("/invitations", json={"login": login, **more})


async def invited(caller: Caller, login: str = "new", **more: Any) -> tuple[Any, str]:
    """The invitation and what its link holds."""
    made = await invite(caller, login, **more)
    assert made.status_code == 201, made.text
    return made.json(), token_of(made)


def token_of(made: httpx2.Response) -> str:
    return made.json()["link"].removeprefix(f"{BASE_URL}/invitation#token=")


async def look(console: ConsoleApp, token: str) -> httpx2.Response:
    return await console.caller().post("/invitation", json={"token": token})


async def accept(
    console: ConsoleApp, token: str, password: str = PASSWORD, **more: Any
) -> tuple[Caller, httpx2.Response]:
    caller = console.caller()
    body = {"token": token, "password": password, **more}
    return caller, await caller.post("/invitation/accept", json=body)


HOST = ["user:create", "user:get", "binding:create", "binding:get", "team:get", "team:update"]


async def roles_of_hosts(owner: Caller) -> None:
    for role, rights in (("host", [*HOST, "pod:get"]), ("pods", ["pod:get"])):
        made = await owner.post("/roles", json={"id": role, "rights": rights})
        assert made.status_code == 201, made.text


async def host_of(console: ConsoleApp, owner: Caller, login: str = "host") -> Caller:
    """Somebody who may invite, and holds little to give."""
    host = await console.member(login)
    grant = {"subject": login, "role": "host", "scope": "org/main"}
    assert (await owner.post("/bindings", json=grant)).status_code == 201
    return host


async def lose_role(owner: Caller) -> httpx2.Response:
    bound = await owner.get("/collections/bindings", params={"filter": "subject=role"})
    return await owner.delete(f"/bindings/{bound.json()['rows'][0]['key']}")


async def lose_account(owner: Caller) -> httpx2.Response:
    people = await owner.get("/collections/users", params={"filter": "login=account"})
    path = f"/users/{people.json()['rows'][0]['key']}"
    return await owner.patch(path, json={"disabled": True}, headers={"if-match": '"1"'})


async def lose_team(owner: Caller) -> httpx2.Response:
    return await owner.delete("/teams/team")


async def team_grows(owner: Caller) -> httpx2.Response:
    """It holds more by then than who invited may give."""
    grant = {"subject_kind": "team", "subject": "grown", "role": "owner", "scope": "org/main"}
    return await owner.post("/bindings", json=grant)


async def lose_right(owner: Caller) -> httpx2.Response:
    """To create people; what they give they hold still."""
    less = {"rights": [*HOST[1:], "pod:get"]}
    return await owner.patch("/roles/host", json=less, headers={"if-match": '"1"'})


LOST = {
    "role": lose_role,
    "account": lose_account,
    "team": lose_team,
    "grown": team_grows,
    "right": lose_right,  # last: it is everybody's role
}


async def stored(console: ConsoleApp) -> InvitationRecord:
    async with console.state.db_sessions() as db:
        return (await db.execute(select(InvitationRecord))).scalar_one()


def recorded(answer: httpx2.Response) -> set[tuple[str, ...]]:
    """Of entries of the record: who did what to whom, and what was noted of it."""
    told = ("actor", "action", "target", "detail")
    return {tuple(row[name] for name in told) for row in answer.json()["rows"]}


async def states(caller: Caller) -> dict[str, str]:
    rows = (await caller.get("/collections/invitations", params={"limit": 100})).json()["rows"]
    return {row["login"]: row["state"] for row in rows}


async def test_somebody_is_invited_and_arrives_with_all_of_it(console_on: ConsoleApp) -> None:
    owner = await console_on.owner()
    team = await owner.post("/teams", json={"name": "blue", "title": "Blue"})
    assert team.status_code == 201
    before = time.time()
    told, token = await invited(
        owner,
        name="Ada",
        email="ada@example.test",
        roles=[{"role": "operator", "scope": SHOP}],
        teams=["blue"],
    )
    assert is_invitation_token(token)
    assert before + 3 * 86400 <= told["expires"] <= time.time() + 3 * 86400
    assert (told["state"], told["gives"]) == ("Pending", f"operator at {SHOP}, team blue")
    assert token not in str(await stored(console_on)), "only its hash is kept"
    assert (await stored(console_on)).secret == digest(token)
    for _ in range(2):  # whatever opens a link first, a mail scanner say, uses nothing up
        shown = await look(console_on, token)
        assert shown.status_code == 200, shown.text
    assert shown.json() == {
        "organisation": "main",
        "invited_by": "owner",
        "login": "new",
        "name": "Ada",
        "roles": [{"title": "Operator", "scope": SHOP}],
        "teams": ["Blue"],
        "expires": told["expires"],
    }
    ada, made = await accept(console_on, token)
    assert made.status_code == 201, made.text
    session = (await ada.get("/session")).json()
    assert (session["login"], session["name"]) == ("new", "Ada"), "signed in"
    assert [(r["role"], r["scope"]) for r in session["roles"]] == [("operator", SHOP)]
    members = (await owner.get("/teams/blue")).json()["members"]
    assert members == ["new"]
    assert await states(owner) == {"new": "Completed"}
    again = console_on.caller()
    assert (await again.sign_in("new", PASSWORD)).status_code == 200
    bound = (await owner.get("/collections/bindings", params={"filter": "subject=new"})).json()
    assert [(r["created_by"], r["reason"]) for r in bound["rows"]] == [("owner", "Invitation")]
    entries = await owner.get("/collections/activity", params={"limit": 100})
    gives = f"operator at {SHOP}, team blue"
    assert {
        ("owner", "user:invite", "new", f"Gives {gives}."),
        ("new", "user:accept-invitation", "new", f"By owner's invitation, which gives {gives}."),
        ("new", "binding:create", f"new: operator at {SHOP}", "By owner's invitation."),
    } <= recorded(entries)
    assert token not in entries.text
    assert PASSWORD not in entries.text


async def test_one_answer_for_whatever_does_not_hold(console_on: ConsoleApp) -> None:
    owner = await console_on.owner()
    told, used = await invited(owner, "used")
    assert (await accept(console_on, used))[1].status_code == 201
    taken_back, revoked = await invited(owner, "revoked")
    assert (await owner.delete(f"/invitations/{taken_back['id']}")).status_code == 204
    _, over = await invited(owner, "over")
    renewed, before = await invited(owner, "renewed")
    match = {"if-match": f'"{renewed["row_version"]}"'}
    path = f"/invitations/{renewed['id']}/renew"
    assert (await owner.post(path, json={})).status_code == 428
    after = await owner.post(path, json={"days": 14}, headers=match)
    assert after.status_code == 200, after.text
    assert (await owner.post(path, json={}, headers=match)).status_code == 412
    late = update(InvitationRecord).where(col(InvitationRecord.login) == "over")
    async with console_on.state.db_sessions() as db, db.begin():
        await db.execute(late.values(expires=time.time() - 1))
    answers = set()
    for token in (used, revoked, over, before, make_invitation_token(), "nonsense"):
        refused = await look(console_on, token)
        _, not_in = await accept(console_on, token)
        answers |= {(a.status_code, a.json()["detail"]) for a in (refused, not_in)}
    assert len(answers) == 1
    assert {status for status, _ in answers} == {403}
    assert {
        ("owner", "user:revoke-invitation", "revoked", "owner had invited: no role yet."),
        ("owner", "user:renew-invitation", "renewed", "owner had invited: no role yet."),
    } <= recorded(await owner.get("/collections/activity", params={"limit": 100}))
    assert await states(owner) == {
        "used": "Completed", "revoked": "Withdrawn", "over": "Expired", "renewed": "Pending"
    }  # fmt: skip
    for closed in (told, taken_back):
        assert (await owner.delete(f"/invitations/{closed['id']}")).status_code == 409
    assert (await accept(console_on, token_of(after)))[1].status_code == 201


async def test_where_a_second_factor_is_asked_for_it_is_set_up_on_arrival(
    console: ConsoleApp,
) -> None:
    owner = await console.owner()
    _, token = await invited(owner, roles=[{"role": "viewer", "scope": SHOP}])
    async with console.state.db_sessions() as db, db.begin():
        await db.merge(SignInRule(id=SECOND_FACTOR, enabled=True))
    ada, made = await accept(console, token)
    assert made.status_code == 401, made.text
    assert made.json()["step"] == "set-up-factor"
    assert (await ada.get("/session")).status_code == 401, "no session before the second factor"
    secret = await ada.post("/session/next/authenticator", json={"state": made.json()["state"]})
    assert secret.status_code == 200, secret.text
    body = {"state": made.json()["state"], "code": pyotp.TOTP(secret.json()["secret"]).now()}
    # The code's own step may end while it is on its way; its neighbours are taken too.
    entered = await ada.post("/session/next", json=body)
    assert entered.status_code == 200, entered.text
    roles = (await ada.get("/session")).json()["roles"]
    assert [role["role"] for role in roles] == ["viewer"]
    assert (await look(console, token)).status_code == 403, "used"


async def test_of_two_who_come_at_once_one_gets_in(console_on: ConsoleApp) -> None:
    owner = await console_on.owner()
    _, token = await invited(owner)
    both = await asyncio.gather(accept(console_on, token), accept(console_on, token))
    assert sorted(answer.status_code for _, answer in both) == [201, 403]
    async with console_on.state.db_sessions() as db:
        people = select(UserRecord).where(col(UserRecord.login) == "new")
        person = (await db.execute(people)).scalar_one()
        sessions = select(SessionRecord).where(col(SessionRecord.user_id) == person.id)
        assert len((await db.execute(sessions)).scalars().all()) == 1


async def test_nobody_invites_to_more_than_they_hold(console_on: ConsoleApp) -> None:
    owner = await console_on.owner()
    for team, role in (("admins", "owner"), ("guests", "")):
        assert (await owner.post("/teams", json={"name": team})).status_code == 201
        grant = {"subject_kind": "team", "subject": team, "role": role, "scope": "org/main"}
        if role:
            assert (await owner.post("/bindings", json=grant)).status_code == 201
    await roles_of_hosts(owner)
    host = await host_of(console_on, owner)
    for more in (
        {"roles": [{"role": "owner", "scope": "org/main"}]},
        {"roles": [{"role": "pods", "scope": SHOP}, {"role": "operator", "scope": SHOP}]},
        {"teams": ["admins"]},
        {"teams": ["guests", "admins"]},
    ):
        assert (await invite(host, **more)).status_code == 403, more
    body = {"roles": [{"role": "pods", "scope": SHOP}], "teams": ["guests"]}
    assert (await invite(host, **body)).status_code == 201
    theirs = (await invite(owner, "big", roles=[{"role": "owner", "scope": "org/main"}])).json()
    match = {"if-match": '"1"'}
    renewed = await host.post(f"/invitations/{theirs['id']}/renew", json={}, headers=match)
    assert renewed.status_code == 403, "another link would let them in by what is not theirs"


async def test_it_is_worth_what_its_inviter_may_give_then(console_on: ConsoleApp) -> None:
    owner = await console_on.owner()
    await roles_of_hosts(owner)
    for lost, lose in LOST.items():
        assert (await owner.post("/teams", json={"name": lost})).status_code == 201
        host = await host_of(console_on, owner, lost)
        gives = {"roles": [{"role": "pods", "scope": SHOP}], "teams": [lost]}
        told, token = await invited(host, f"new-{lost}", **gives)
        assert (await look(console_on, token)).status_code == 200, lost
        gone = await lose(owner)
        assert gone.is_success, gone.text
        assert (await look(console_on, token)).status_code == 403, lost
        assert (await accept(console_on, token))[1].status_code == 403, lost
        assert (await console_on.caller().sign_in(f"new-{lost}", PASSWORD)).status_code == 401
        assert (await owner.get(f"/invitations/{told['id']}")).json()["against"]
    assert await states(owner) == {
        f"new-{lost}": "Invalid" if lost == "account" else "Pending" for lost in LOST
    }
    refused = {"filter": "action=user:accept-invitation"}
    entries = (await owner.get("/collections/activity", params=refused)).json()["rows"]
    assert {row["decision"] for row in entries} == {"denied"}
    assert len(entries) == len(LOST)


async def test_the_name_is_nobodys_else_and_the_password_a_good_one(
    console_on: ConsoleApp,
) -> None:
    owner = await console_on.owner()
    assert (await invite(owner, "owner")).status_code == 409
    _, token = await invited(owner)
    assert (await invite(owner)).status_code == 409, "invited already"
    for weak in ("short", "new"):
        _, refused = await accept(console_on, token, weak)
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["field"] == "password"
    body = {"login": "new", "password": PASSWORD}
    assert (await owner.post("/users", json=body)).status_code == 201
    _, taken = await accept(console_on, token)
    assert taken.status_code == 409
    assert await states(owner) == {"new": "Pending"}, "nothing of it happened"


WRONG: tuple[dict[str, Any], ...] = (
    {"login": "a b"}, {"login": ""}, {"name": "a\nb"}, {"email": "nobody"}, {"email": "a@b c"},
    {"days": 0}, {"days": 15}, {"further": 1}, {"teams": ["none"]}, {"teams": ["x"] * 11},
    {"roles": [{"role": "none", "scope": SHOP}]},
    {"roles": [{"role": "viewer", "scope": "org/other"}]},
    {"roles": [{"role": "viewer", "scope": SHOP, "expires": 1}]},
)  # fmt: skip


async def test_what_cannot_be_invited_to_is_refused(console: ConsoleApp) -> None:
    owner = await console.owner()
    for wrong in WRONG:
        refused = await owner.post("/invitations", json={"login": "new", **wrong})
        assert refused.status_code == 422, (wrong, refused.text)
    assert await states(owner) == {}


async def test_who_may_not_create_people_neither_invites_nor_sees(console: ConsoleApp) -> None:
    owner = await console.owner()
    told, _ = await invited(owner)
    shop = await console.member("shop", ("owner", namespace("main", "local", "shop")))
    for caller in (shop, await console.member("viewer", ("viewer", MAIN))):
        assert (await invite(caller, "other")).status_code in {403, 404}
        assert (await caller.get(f"/invitations/{told['id']}")).status_code in {403, 404}
        assert (await caller.delete(f"/invitations/{told['id']}")).status_code in {403, 404}
        found = await caller.get("/collections/invitations")
        assert "new" not in found.text
    assert (await console.caller().post("/invitations", json={"login": "x"})).status_code == 401
    token = await owner.post("/tokens", json={"name": "ci", "rights": ["user:create"]})
    program = console.caller()
    program.headers["authorization"] = f"Bearer {token.json()['secret']}"
    assert (await invite(program, "other")).status_code == 403, "a token lets nobody in"


async def test_guesses_are_limited(tmp_path: Path) -> None:
    async with running_console(tmp_path) as console:
        answers = [(await look(console, make_invitation_token())).status_code for _ in range(25)]
        assert answers[0] == 403
        assert answers[-1] == 429
