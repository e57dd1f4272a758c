"""Every error an operation may answer with is in the OpenAPI document, as problem+json."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.console import ConsoleApp
from tests.consoleprocess import openapi_document

PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemBody"}}}


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in openapi_document()["paths"].items():
        for method, operation in item.items():
            yield method, path, operation


def statuses(method: str, path: str) -> set[int]:
    found = openapi_document()["paths"][path][method]["responses"]
    return {int(status) for status in found if int(status) >= 400}


def test_every_error_is_a_problem() -> None:
    for method, path, operation in operations():
        for status, answer in operation["responses"].items():
            if int(status) >= 400:
                content = dict(answer["content"])
                if (path.startswith("/api/v1/oauth/"), status) == (True, "400"):
                    # RFC 6749, 5.2 says how these look, and programs of others read them.
                    own = content.pop("application/json")
                    assert own["schema"]["required"] == ["error", "error_description"]
                assert content == PROBLEM, (method, path, status)


def test_a_change_by_version_says_so() -> None:
    changed = 0
    for method, path, operation in operations():
        headers = [p["name"] for p in operation.get("parameters", []) if p["in"] == "header"]
        if "if-match" in [name.lower() for name in headers]:
            changed += 1
            assert statuses(method, path) >= {401, 403, 404, 412, 422, 428}
    assert changed > 10


def test_what_asks_another_system_says_so() -> None:
    for _, path, operation in operations():
        if path.startswith(("/api/v1/clusters/", "/api/v1/etcd/")):
            assert {"502", "503", "504"} <= operation["responses"].keys(), path


def test_sign_in_says_what_can_go_wrong() -> None:
    assert statuses("post", "/api/v1/session") == {400, 401, 403, 413, 415, 422, 429, 503}


@pytest.mark.parametrize(
    ("tag", "status"),
    [(None, 428), ('"99"', 412), ('W/"99"', 412), ('W/"1"', 200), ('"1"', 200), ('"7", "1"', 200)],
)
async def test_an_account_is_changed_by_version(
    console: ConsoleApp, tag: str | None, status: int
) -> None:
    owner = await console.owner()
    body = {"login": "ada", "password": "correct horse battery"}
    made = (await owner.post("/users", json=body)).json()
    headers = {"if-match": tag} if tag else {}
    path = f"/users/{made['id']}"
    answer = await owner.patch(path, json={"disabled": True}, headers=headers)
    assert answer.status_code == status
    assert answer.headers["etag"] == ('"2"' if status == 200 else '"1"')
    if status == 412:
        assert answer.json()["current"] == made
