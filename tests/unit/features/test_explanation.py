"""The explainer names binding, team and role, or what is missing and who can grant it."""

from __future__ import annotations

from typing import Any

from auth.scope import namespace, organisation
from tests.console import Caller, ConsoleApp
from tests.unit.features.test_teams import change, grant, made

MAIN = organisation("main")
WEB = namespace("main", "local", "web")
AT = "org/main/cluster/local/ns/web"


async def ask(caller: Caller, **question: Any) -> Any:
    asked = {"kind": "pod", "verb": "delete", "scope": AT} | question
    return await caller.get("/explanation", params=asked)


async def test_a_team_s_role_is_named_with_the_team(console_on: ConsoleApp) -> None:
    owner, ada = await console_on.owner(), await console_on.member("ada", ("viewer", WEB))
    missing = (await ask(ada)).json()
    assert missing["allowed"] is False
    assert [r["role"] for r in missing["lacking"]] == ["viewer"]
    assert missing["grantors"] == ["owner"]
    assert "operator" in missing["roles"]
    await made(owner)
    assert await grant(owner, "blue", "operator", "org/main/team/blue") == 201
    assert (await change(owner, 1, members=["ada"], scopes=[AT])).status_code == 200
    for caller, more in ((ada, {}), (owner, {"subject": "ada"})):
        told = (await ask(caller, **more)).json()
        assert told["allowed"] is True
        (reason,) = told["reasons"]
        assert (reason["role"], reason["scope"]) == ("operator", AT)
        assert (reason["through_kind"], reason["through"]) == ("team", "blue")


async def test_of_others_only_where_one_sees_bindings(console: ConsoleApp) -> None:
    await console.member("ada", ("viewer", MAIN), ("operator", WEB))
    near = await console.member("near", ("owner", WEB))
    told = (await ask(near, subject="ada", verb="get")).json()
    assert [(r["role"], r["scope"]) for r in told["reasons"]] == [
        (None, "org/main"),
        ("operator", AT),
    ]
    beyond = await ask(near, subject="ada", scope="org/main/cluster/local/ns/bank")
    assert beyond.status_code == 404
    viewer = await console.member("eve", ("viewer", MAIN))
    assert (await ask(viewer, subject="ada")).status_code == 404
    assert (await ask(viewer)).json()["allowed"] is False


async def test_questions_are_checked(console: ConsoleApp) -> None:
    owner = await console.owner()
    for question, field in (
        ({"kind": "nothing"}, "verb"),
        ({"kind": "node", "verb": "reveal"}, "verb"),
        ({"scope": "nowhere"}, "scope"),
        ({"scope": "org/other"}, "scope"),
        ({"subject": "nobody"}, "subject"),
    ):
        answer = await ask(owner, **question)
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["field"] == field
    kinds = {k["kind"]: k["verbs"] for k in (await owner.get("/kinds")).json()}
    assert "delete" in kinds["pod"]
