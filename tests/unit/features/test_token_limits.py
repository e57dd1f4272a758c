"""Tokens that are over or none lock out no good one; another's token does not grow."""

from __future__ import annotations

import time

from sqlalchemy import update
from sqlmodel import col

from auth.scope import namespace, organisation, team
from auth.tokens import make_token
from backend.db.identity import TokenRecord
from backend.db.rights import BindingRecord
from backend.identity.badtokens import ASKED_BURST, ASKED_EVERY, BURST, BadTokens
from tests.console import ConsoleApp
from tests.unit.features.test_tokens import make, program, stop_clocks, team_service

MAIN = organisation("main")
WEB = namespace("main", "local", "web")
BLUE = team("main", "blue")
PLACE = "198.51.100.20"


async def over(console: ConsoleApp, token_id: str) -> None:
    async with console.state.db_sessions() as db, db.begin():
        mine = col(TokenRecord.id) == token_id
        await db.execute(update(TokenRecord).where(mine).values(expires=time.time() - 1))
    console.state.identities._known.clear()


async def test_a_token_that_is_over_is_no_guess(console_on: ConsoleApp) -> None:
    owner = await console_on.owner()
    old = await make(owner)
    stop_clocks(console_on)
    await over(console_on, old["id"])
    calling = program(console_on, old["secret"], PLACE)
    seen = {(await calling.get("/session")).status_code for _ in range(BURST + 3)}
    assert seen == {401}


async def test_a_good_token_works_beside_any_number_of_wrong_ones(console_on: ConsoleApp) -> None:
    owner = await console_on.owner()
    made = await make(owner)
    stop_clocks(console_on)
    guessing = program(console_on, make_token(), PLACE)
    seen = [(await guessing.get("/session")).status_code for _ in range(BURST + 1)]
    assert seen[-1] == 429
    fresh = program(console_on, made["secret"], PLACE)
    assert (await fresh.get("/session")).status_code == 200, "never seen here before"
    assert (await guessing.get("/session")).status_code == 429


async def test_questions_of_one_address_are_bounded_generously(console: ConsoleApp) -> None:
    bad = console.app.state.parts.get(BadTokens)
    now = 1_700_000_000.0
    bad._clock = lambda: now
    assert {bad.ask("here") for _ in range(ASKED_BURST)} == {0}
    assert bad.ask("here") == 1
    assert bad.ask("there") == 0
    now += 10 * ASKED_EVERY
    assert [bad.ask("here") for _ in range(11)] == [0] * 10 + [1]
    now -= 86400.0
    assert bad.ask("here") <= ASKED_BURST * ASKED_EVERY, "the clock stood ahead"


async def test_another_s_token_does_not_grow_with_its_account(console_on: ConsoleApp) -> None:
    async with team_service(console_on):
        both = await console_on.member("both", ("owner", BLUE), ("viewer", WEB))
        made = await make(both, service="bot", rights=["*:*"])
        assert "pod:get" in made["rights"]
        assert [right for right in made["rights"] if "*" in right] == []
        async with console_on.state.db_sessions() as db, db.begin():
            db.add(
                BindingRecord(
                    subject_kind="service",
                    subject_id="bot",
                    role_id="operator",
                    scope="/".join(WEB),
                )
            )
        console_on.state.identities._known.clear()
        calling = program(console_on, made["secret"])
        held = (await calling.get("/session")).json()["permissions"]
        assert "get" in held["pod"]
        assert "delete" not in held["pod"]
        again = await both.post(f"/tokens/{made['id']}/rotate", json={})
        assert again.status_code == 201, again.text
        assert again.json()["rights"] == made["rights"]


async def test_one_s_own_token_keeps_its_star(console: ConsoleApp) -> None:
    owner = await console.owner()
    assert (await make(owner))["rights"] == ["*:get", "*:list"]


async def test_rotating_gives_what_is_left_of_it(console: ConsoleApp) -> None:
    async with team_service(console):
        owner = await console.owner()
        made = await make(owner, service="bot", rights=["*:*"], scopes=["/".join(WEB)])
        async with console.state.db_sessions() as db, db.begin():
            mine = col(TokenRecord.id) == made["id"]
            more = [*made["rights"], "pod:delete"]  # was held when it was made
            await db.execute(update(TokenRecord).where(mine).values(rights=more))
        again = await owner.post(f"/tokens/{made['id']}/rotate", json={})
        assert again.status_code == 201, again.text
        assert again.json()["rights"] == made["rights"]
