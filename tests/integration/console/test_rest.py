"""The REST interface from outside: as described, and every error a problem a person can read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.consoleprocess import ConsoleProcess, Person, openapi_document

pytestmark = pytest.mark.timeout(600)

ARRIVALS = ("/api/v1/signin/callback/{provider}", "/api/v1/signin/asserted/{provider}")
"""Where a browser arrives from a provider: a person reads its refusals on the sign-in page."""
PUBLIC = {
    ("get", "/api/v1/status"),
    ("get", "/api/v1/setup"),
    ("post", "/api/v1/setup"),
    ("post", "/api/v1/invitation"),
    ("post", "/api/v1/invitation/accept"),
    ("post", "/api/v1/session"),
    ("post", "/api/v1/session/next"),
    ("post", "/api/v1/session/next/authenticator"),
    ("post", "/api/v1/session/next/challenge"),
    ("post", "/api/v1/session/passkey"),
    ("post", "/api/v1/break-glass/unseal"),
    ("post", "/api/v1/session/passkey/challenge"),
    ("post", "/api/v1/hooks/registry/{name}"),
    ("post", "/api/v1/hooks/logout/{provider}"),
    ("post", "/api/v1/hooks/saml/{provider}"),
    ("post", "/api/v1/oauth/device_authorization"),
    ("post", "/api/v1/oauth/exchange"),
    ("post", "/api/v1/oauth/token"),
    ("get", "/api/v1/signin/providers"),
    ("post", "/api/v1/signin/{provider}"),
    ("post", "/api/v1/signin/{provider}/password"),
    ("get", "/api/v1/signin/metadata/{provider}"),
    *(("get", path) for path in ARRIVALS),
    ("get", "/healthz"),
    ("get", "/readyz"),
    ("get", "/metrics"),
}


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in openapi_document()["paths"].items():
        for method, operation in item.items():
            yield method, path, operation


def url(server: ConsoleProcess, path: str, value: str = "no-such") -> str:
    return server.url + re.sub(r"\{[^}]+\}", value, path)


def problem(answer: httpx2.Response, *status: int) -> dict[str, Any]:
    """The problem of an answer, complete, with a sentence."""
    where = (
        f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text[:300]}"
    )
    assert answer.status_code in status, where
    assert answer.headers["content-type"] == "application/problem+json", where
    body = answer.json()
    assert body["status"] == answer.status_code, where
    assert {"type", "title", "detail"} <= set(body), where
    assert len(body["detail"]) > 5, where
    assert "Traceback" not in answer.text, where
    assert answer.headers["x-request-id"], where
    return body


def test_nobody_gets_anything_but_401(anonymous: httpx2.Client, server: ConsoleProcess) -> None:
    for method, path, _ in operations():
        if (method, path) not in PUBLIC and path != "/api/v1/session":
            problem(anonymous.request(method, url(server, path)), 401)


def test_what_does_not_exist(owner: Person, server: ConsoleProcess) -> None:
    """404 or, where the name cannot be one, 422; never a 5xx, never an empty 200."""
    for method, path, _ in operations():
        if method == "get" and "{" in path and path not in ARRIVALS:
            problem(owner.http.get(url(server, path)), 404, 422)
    for path in ARRIVALS:
        refused = owner.http.get(url(server, path))
        assert (refused.status_code, refused.headers["location"][:7]) == (303, "/login?"), path
    for path in ("/api/v1/nonsense", "/api/v2/status", "/api/", "/v1/nonsense"):
        problem(owner.http.get(server.url + path), 404)


def test_ids_that_are_none(owner: Person, server: ConsoleProcess) -> None:
    for value in ("0", "-1", "99999999999999999999", "%00", "..%2f..", "%ff", "a" * 3000):
        for method, path, _ in operations():
            if method == "get" and "{" in path:
                answer = owner.http.get(url(server, path, value))
                assert answer.status_code < 500, f"{path} {value[:20]}: {answer.text[:300]}"
                if answer.status_code >= 400:
                    problem(answer, 400, 404, 405, 414, 422)


def test_methods_that_are_none(owner: Person, server: ConsoleProcess) -> None:
    problem(owner.http.put(f"{server.url}/api/v1/status"), 404, 405)
    problem(owner.http.post(f"{server.url}/api/v1/collections/pods"), 404, 405)


def test_bodies_that_are_none(owner: Person, server: ConsoleProcess) -> None:
    json_type = {"content-type": "application/json"}
    for method, path, operation in operations():
        body = operation.get("requestBody", {}).get("content", {})
        if "application/json" in body and (method, path) != ("post", "/api/v1/session"):
            target = url(server, path, "1")
            for content in (b"{", b"[]", b"\xff", b'{"a":' * 500):
                answer = owner.http.request(method, target, content=content, headers=json_type)
                problem(answer, 400, 403, 404, 409, 422, 428)
    huge = b'{"login":"' + b"a" * (2 << 20) + b'"}'
    refused = owner.http.post("/users", content=huge, headers=json_type)
    problem(refused, 413)
    assert refused.headers["x-content-type-options"] == "nosniff"
    assert "1,048,576 bytes" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"x-craton-request": None}, 403),
        ({"origin": "https://example.com"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"host": "console.example.com"}, 400),
    ],
    ids=str,
)
def test_changes_asked_for_by_other_sites(
    owner: Person, change: dict[str, str | None], status: int
) -> None:
    headers = {"x-craton-request": "1", "origin": "", **change}
    request = owner.http.build_request("POST", "/users", json={"login": "x", "password": "y"})
    for name, value in headers.items():
        if value:
            request.headers[name] = value
        elif value is None:
            del request.headers[name]
    problem(owner.http.send(request), status)


def test_queries_that_are_none(owner: Person) -> None:
    """The problem names the field, what was given and what would be accepted."""
    for query in (
        "filter=nonsense=1",
        "filter=restarts>many",
        "filter=restarts~x",
        "filter=pods",
        "sort=nonsense",
        "facet=name",
        "labels=a in (",
        "limit=0",
        "limit=1001",
        "cursor=nonsense",
        "format=xml",
    ):
        body = problem(owner.http.get(f"/collections/pods?{query}"), 400, 422)
        first = body["errors"][0]
        assert first["field"], query
        assert first["message"], query


def test_answers_carry_the_headers_that_protect(anonymous: httpx2.Client, owner: Person) -> None:
    for answer in (anonymous.get("/status"), owner.http.get("/collections"), anonymous.get("/x")):
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"


def test_the_cookie_is_no_scripts_business(server: ConsoleProcess) -> None:
    with server.anyone() as client:
        body = {"login": "owner", "password": server.password}
        cookie = client.post("/session", json=body).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=" in cookie
    assert "path=/" in cookie


def test_guessing_passwords_is_slowed_and_tells_nothing(server: ConsoleProcess) -> None:
    """A wrong password and an unknown user answer alike; many tries are refused."""
    with server.anyone() as client:
        seen = {}
        for login in ("guessed-known", "guessed-unknown"):
            for _ in range(40):
                answer = client.post("/session", json={"login": login, "password": "x" * 12})
                if answer.status_code == 429:
                    break
                seen[login] = problem(answer, 401)["detail"]
            body = problem(answer, 429)
            assert int(answer.headers["retry-after"]) > 0, body
    assert len(set(seen.values())) == 1
