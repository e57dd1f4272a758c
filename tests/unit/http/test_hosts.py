"""Which names the server answers to, and that browsers are no machines."""

from __future__ import annotations

import pytest

from backend.http.hosts import is_address
from backend.http.origin import host_allowed, host_name
from backend.settings import Settings
from tests.console import ConsoleApp

OPERATIONS = ["/healthz", "/readyz", "/metrics"]
MACHINES = ["/v1/update", "/v1/update/", "/v1/payloads/x"]
PEOPLE = ["/", "/machines", "/api/v1/status", "/assets/x.js", "/api/openapi.json"]
CHECK = b'<?xml version="1.0"?><request protocol="3.0"></request>'
ADDRESSED = ["10.1.2.3:8080", "[fd00::1]:8080", "10.1.2.3"]


async def status(console: ConsoleApp, path: str, host: str) -> int:
    answer = await console.caller().get(f"http://127.0.0.1:8080{path}", headers={"host": host})
    return answer.status_code


@pytest.mark.parametrize("path", OPERATIONS + MACHINES + PEOPLE)
async def test_a_foreign_name_is_refused_everywhere(console: ConsoleApp, path: str) -> None:
    assert await status(console, path, "evil.example") == 400
    assert await status(console, path, "127.0.0.1:8080") != 400


@pytest.mark.parametrize("host", ADDRESSED)
async def test_machines_and_probes_may_use_an_address(console: ConsoleApp, host: str) -> None:
    for path in OPERATIONS + MACHINES:
        assert await status(console, path, host) != 400
    for path in PEOPLE:
        assert await status(console, path, host) == 400


@pytest.mark.parametrize(
    "host",
    [
        "a@localhost", "localhost/x", "localhost:8080/x", "localhost?x", "localhost#x",
        "local%68ost", " localhost", "localhost ", "localhost:", "localhost:x", "localhost:123456",
        "localhost:65536", "127.0.0.1:99999",
        "", ":80", "[::1", "::1", "[::1]x", "evil.example@localhost", "localhost, x", "[localhost]",
    ],
)  # fmt: skip
async def test_lax_forms_are_refused(console: ConsoleApp, host: str) -> None:
    assert await status(console, "/api/v1/status", host) == 400
    assert not is_address(host)


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("Craton.Example:443", "craton.example"),
        ("[::1]:80", "::1"),
        ("[FD00::1]", "fd00::1"),
        ("a_b.svc", "a_b.svc"),
    ],
)
def test_names_are_read_without_port_and_case(host: str, name: str) -> None:
    assert host_name(host) == name


def test_configured_names_are_ours(tmp_path) -> None:
    settings = Settings(
        home=tmp_path, public_url="https://Craton.Example", allowed_hosts=("Other.Example",)
    )
    for host in ("craton.example", "craton.example:443", "OTHER.example", "localhost:1"):
        assert host_allowed(host, settings)
    for host in ("craton.example.evil", "xcraton.example", "10.0.0.1"):
        assert not host_allowed(host, settings)


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example", "content-type": "text/xml"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:8080"},
        {"sec-fetch-site": "cross-site"},
        {"content-type": "text/plain"},
        {"content-type": "multipart/form-data; boundary=x"},
    ],
)
async def test_a_page_registers_no_machines(console: ConsoleApp, headers: dict[str, str]) -> None:
    caller = console.caller()
    del caller.headers["origin"]
    url = "http://127.0.0.1:8080/v1/update"
    assert (await caller.post(url, content=CHECK, headers=headers)).status_code == 403


@pytest.mark.parametrize("kind", ["text/xml", "application/x-www-form-urlencoded", ""])
async def test_a_machine_is_served(console: ConsoleApp, kind: str) -> None:
    caller = console.caller()
    del caller.headers["origin"]
    headers = {"content-type": kind} if kind else {}
    url = "http://127.0.0.1:8080/v1/update"
    assert (await caller.post(url, content=CHECK, headers=headers)).status_code != 403


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "TRACE", "PATCH"])
async def test_pages_are_only_read(console: ConsoleApp, method: str) -> None:
    caller = console.caller()
    answer = await caller.request(method, "http://127.0.0.1:8080/overview")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    assert answer.headers["content-type"] == "application/problem+json"
