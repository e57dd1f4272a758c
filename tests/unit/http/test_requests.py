"""What the console says to requests that are not right."""

from __future__ import annotations

import json

import pytest

from backend.http.middleware import MAX_PATH
from tests.console import ConsoleApp

CANARY = "hunter2-canary"


@pytest.mark.parametrize(
    "body",
    [
        {"password": CANARY},
        {"login": "ada", "password": {"nested": CANARY}},
        {"login": "ada", "passwort": CANARY},
        [CANARY],
        CANARY,
        {"login": "ada", "password": CANARY * 50},
        {"token": CANARY, "login": "", "password": CANARY},
    ],
)
@pytest.mark.parametrize("path", ["/session", "/setup"])
async def test_a_422_echoes_no_secret(console: ConsoleApp, path: str, body: object) -> None:
    answer = await console.caller().post(path, json=body)
    assert answer.status_code == 422
    assert CANARY not in answer.text


async def test_a_body_of_another_type_is_not_echoed(console: ConsoleApp) -> None:
    body = json.dumps({"login": "owner", "password": CANARY})
    answer = await console.caller().post(
        "/session", content=body, headers={"content-type": "text/plain"}
    )
    assert answer.status_code == 422
    assert CANARY not in answer.text


async def test_a_plain_value_is_told(console: ConsoleApp) -> None:
    owner = await console.owner()
    answer = await owner.get("/collections/activity?limit=many")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["value"] == "'many'"


@pytest.mark.parametrize("path", ["/session", "/users", "/bindings", "/updates/applications"])
async def test_json_without_a_type_is_refused(console: ConsoleApp, path: str) -> None:
    owner = await console.owner()
    answer = await owner.post(path, content='{"login": "ada", "password": "x"}')
    assert answer.status_code == 415
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/" + "x" * 3000, "/x/" + "y/" * 3000, "/api/v1/" + "z" * 3000])
async def test_an_address_that_is_too_long_is_a_414_and_a_short_line(
    console: ConsoleApp, path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = await console.caller().get(f"http://127.0.0.1:8080{path}")
    assert answer.status_code == 414
    assert str(MAX_PATH) in answer.json()["detail"]
    assert all(len(line) < 600 for line in capsys.readouterr().out.splitlines())


async def test_a_name_longer_than_a_files_is_a_page(console: ConsoleApp) -> None:
    answer = await console.caller().get("http://127.0.0.1:8080/keys/" + "k" * 1000)
    assert answer.status_code in {200, 404}  # 404: the frontend is not built here
