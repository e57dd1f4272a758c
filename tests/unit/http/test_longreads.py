"""Reads whose address is too long for proxies, asked by POST (issue 9, kind 15)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from backend.http.longreads import MAX_QUERY
from tests.console import Caller, running_console

READ = {"x-http-method-override": "GET"}


async def test_a_long_read_by_post_is_the_read_by_get(tmp_path: Path) -> None:
    async with running_console(tmp_path) as console:
        owner = await console.owner()
        query = {"limit": "1", "q": "x" * 8_000}
        by_get = await owner.get("/collections/jobs", params=query)
        by_post = await owner.post("/collections/jobs", data=query, headers=READ)
        assert (by_post.status_code, by_post.json()) == (by_get.status_code, by_get.json())
        assert by_get.status_code == 200
        stranger = await console.caller().post("/collections/jobs", data=query, headers=READ)
        assert stranger.status_code == 401
        plain = await owner.post("/collections/jobs", data=query)
        assert plain.status_code == 404


@pytest.mark.parametrize(
    ("address", "given", "status"),
    [
        ("/collections/jobs", {"headers": READ, "json": {}}, 400),
        ("/collections/jobs?limit=1", {"headers": READ, "data": {"limit": "1"}}, 400),
        ("/session", {"headers": {"x-http-method-override": "DELETE"}, "data": {"a": "b"}}, 400),
        ("/session", {"headers": {"x-http-method-override": "PUT"}, "data": {"a": "b"}}, 400),
        ("/collections/jobs", {"headers": READ, "data": {"q": "x" * (MAX_QUERY + 1)}}, 413),
        ("/collections/jobs", {
            "headers": READ | {"content-type": "application/x-www-form-urlencoded"},
            "content": b"q=\xff",
        }, 400),
    ],
)  # fmt: skip
async def test_nothing_else_becomes_something_else(
    tmp_path: Path, address: str, given: dict[str, Any], status: int
) -> None:
    async with running_console(tmp_path) as console:
        owner = await console.owner()
        answer = await owner.post(address, **given)
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert (await owner.get("/session")).status_code == 200


async def test_it_needs_what_every_post_needs(tmp_path: Path) -> None:
    async with running_console(tmp_path) as console:
        owner = await console.owner()
        foreign = await owner.post(
            "/collections/jobs",
            data={"limit": "1"},
            headers=READ | {"origin": "https://evil.example"},
        )
        assert foreign.status_code == 403
        bare: Caller = console.caller()
        del bare.headers["x-craton-request"]
        refused = await bare.post("/collections/jobs", data={"limit": "1"}, headers=READ)
        assert refused.status_code == 403
