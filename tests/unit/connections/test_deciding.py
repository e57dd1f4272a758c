"""Whose rights decide in a cluster that is connected in the console (identity reference, 2.5)."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import update
from sqlmodel import col

from auth.scope import cluster
from backend.connections.table import ConnectionRow
from tests.console import Caller, ConsoleApp
from tests.unit.connections.adding import CLUSTER, add

URL = "/connections/kubernetes/c1"


async def put(caller: Caller, version: int, **values: Any) -> tuple[int, dict[str, Any]]:
    """The answer to the cluster's values with these over them."""
    body = {"way": "token", "values": {**CLUSTER["values"], **values}}
    seen = {"if-match": f'"{version}"'}
    answer = await caller.put(f"{URL}?untested=true", json=body, headers=seen)
    return answer.status_code, answer.json()


async def test_a_new_cluster_decides_too_until_the_organisation_says_otherwise(
    console: ConsoleApp,
) -> None:
    made = await add(console, **CLUSTER)
    assert made.status_code == 201, made.text
    assert (made.json()["decides"], made.json()["values"]["rights"]) == ("both", "both")
    owner = await console.owner()
    hers = await console.member("ada", ("owner", cluster("main", "c1")))
    status, refused = await put(hers, 1, rights="console")
    assert status == 403, "whose rights decide is not the cluster's owner's to loosen"
    assert refused["errors"][0]["field"] == "rights"
    status, kept = await put(hers, 1, token="another")
    assert (status, kept["decides"]) == (200, "both"), "what is not said stays"
    status, loosened = await put(owner, 2, rights="console")
    assert (status, loosened["decides"]) == (200, "console")
    status, wrong = await put(owner, 3, rights="nobody")
    assert (status, wrong["errors"]) == (
        422,
        [{"field": "rights", "message": "this is none of the choices", "accepts": "both, console"}],
    )


async def test_a_cluster_connected_before_there_was_a_choice_stays_as_it_was(
    console: ConsoleApp,
) -> None:
    assert (await add(console, **CLUSTER)).status_code == 201
    before = json.dumps({"server": CLUSTER["values"]["server"]})
    async with console.state.db_sessions() as db, db.begin():
        old = update(ConnectionRow).where(col(ConnectionRow.name) == "c1")
        await db.execute(old.values(settings=before, row_version=7))
    hers = await console.member("ada", ("owner", cluster("main", "c1")))
    status, same = await put(hers, 7, rights="console")
    assert status == 200, "nothing of it changed"
    assert (same["decides"], same["values"]["rights"]) == ("console", "console")
    status, refused = await put(hers, 8, rights="both")
    assert (status, refused["errors"][0]["field"]) == (403, "rights")
