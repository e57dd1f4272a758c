"""The console behind a real nginx: what works, and what says what is wrong (issue 9, kind 15)."""

from __future__ import annotations

import json
import ssl
import time
from typing import Any

import httpx2
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from backend.features.keyvalue.schemas import MOST_KEY
from tests.consoleprocess import OWNER
from tests.integration.proxies.conftest import Site
from tests.nginx import FORWARDED, UPGRADE
from tests.omaha_world import mirror

pytestmark = pytest.mark.timeout(600)

OPEN = f"location / {{ proxy_pass UPSTREAM; {UPGRADE} {FORWARDED} }}"
CUT = f"proxy_read_timeout 20s; proxy_send_timeout 20s; {OPEN}"


def browser(site: Site, **options: Any) -> httpx2.Client:
    """A browser's requests, from the page at the site's address."""
    origin = "/".join(site.url.split("/")[:3])
    headers = {"x-craton-request": "1", "origin": origin, "sec-fetch-site": "same-origin"}
    return httpx2.Client(
        base_url=f"{site.url}/api/v1", headers=headers, timeout=60, verify=False, **options
    )


def sign_in(client: httpx2.Client, site: Site) -> httpx2.Response:
    return client.post("/session", json={"login": OWNER, "password": site.console.password})


def socket_of(client: httpx2.Client, site: Site) -> ClientConnection:
    cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    tls = ssl.create_default_context()
    tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
    return connect(
        site.url.replace("http", "ws", 1) + "/api/v1/live",
        origin="/".join(site.url.split("/")[:3]),
        additional_headers={"cookie": cookie},
        ssl=tls if site.url.startswith("https") else None,
        open_timeout=60,
        ping_interval=None,
    )


def frames(socket: ClientConnection, op: str, limit: float = 90) -> dict[str, Any]:
    """The next frame of a kind; heartbeats are answered, as the page does."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        frame = json.loads(socket.recv(timeout=limit))
        if frame["op"] == "heartbeat":
            socket.send('{"op":"pong"}')
        if frame["op"] == op:
            return frame
    raise AssertionError(f"no {op} in {limit} s")


def test_a_socket_outlives_a_proxy_that_cuts_what_is_idle_for_twenty_seconds(site: Any) -> None:
    here = site(CUT)
    with browser(here) as client:
        assert sign_in(client, here).status_code == 200
        with socket_of(client, here) as socket:
            assert frames(socket, "hello")["heartbeat"] < 20
            began = time.monotonic()
            while time.monotonic() - began < 42:
                frames(socket, "heartbeat")
            socket.send(
                '{"op":"subscribe","id":"1","collection":"jobs","query":{"filter":[],"limit":5}}'
            )
            assert frames(socket, "snapshot")["id"] == "1"


def test_a_proxy_that_refuses_websockets_leaves_lists_to_polling(site: Any) -> None:
    here = site(f"location / {{ proxy_pass UPSTREAM; {FORWARDED} }}")
    with browser(here) as client:
        assert sign_in(client, here).status_code == 200
        with pytest.raises(InvalidStatus) as refused:
            socket_of(client, here)
        assert refused.value.response.status_code == 426
        assert b"WebSocket" in refused.value.response.body
        assert client.get("/collections/jobs").status_code == 200


def test_a_proxy_that_buffers_holds_nothing_up(site: Any) -> None:
    here = site(f"proxy_buffering on; proxy_buffers 8 256k; proxy_request_buffering on; {OPEN}")
    with browser(here) as client:
        assert sign_in(client, here).status_code == 200
        with socket_of(client, here) as socket:
            frames(socket, "hello")
            frames(socket, "heartbeat")
        table = client.get("/collections/jobs", params={"format": "csv"})
        assert table.status_code == 200
        assert table.headers["content-type"].startswith("text/csv")
        assert len(table.text.splitlines()[0].split(",")) > 3


def test_a_proxy_that_packs_answers_below_a_path_keeps_versions_and_sockets(site: Any) -> None:
    """nginx makes the tags of what it packs weak; a change that names such a tag goes through."""
    here = site(
        "gzip on; gzip_types application/json text/csv; gzip_min_length 1; proxy_buffering on;"
        f"location /console/ {{ proxy_pass UPSTREAM/; {UPGRADE} {FORWARDED} }}",
        path="/console",
        CRATON_PUBLIC_URL="PUBLIC",
    )
    with browser(here) as client:
        assert sign_in(client, here).status_code == 200
        view = {"collection": "users", "name": "packed", "search": "q=a"}
        made = client.post("/views", json=view)
        assert made.status_code == 201, made.text
        kept, tag = f"/views/{made.json()['id']}", '"1"'
        for name in ("once", "twice"):
            changed = client.patch(kept, json={"name": name}, headers={"if-match": tag})
            assert changed.status_code == 200, changed.text
            tag = changed.headers["etag"]
            assert tag.startswith("W/")
        gone = client.patch(kept, json={"name": "late"}, headers={"if-match": 'W/"1"'})
        assert gone.status_code == 412
        with socket_of(client, here) as socket:
            frames(socket, "hello")


def assert_leads_below(client: httpx2.Client) -> None:
    """An answer that says where to go on names the address browsers know."""
    uploads, content = "/updates/uploads", b"some bytes"
    began = client.post(uploads, json={"name": "some.raw", "size": len(content), "format": "raw"})
    assert began.status_code == 201, began.text
    upload = f"{uploads}/{began.json()['id']}"
    sent = client.patch(
        upload,
        content=content,
        headers={"upload-offset": "0", "content-type": "application/octet-stream"},
    )
    assert sent.status_code == 200, sent.text
    finished = client.post(f"{upload}/finish")
    assert finished.status_code == 202, finished.text
    assert finished.headers["location"] == f"/console/api/v1{upload}/finish"


def test_the_bare_path_leads_to_the_console_below_it(site: Any) -> None:
    here = site(
        f"location /console {{ proxy_pass UPSTREAM; {UPGRADE} {FORWARDED} }}",
        path="/console",
        CRATON_PUBLIC_URL="PUBLIC",
    )
    with browser(here) as client:
        moved = client.get(here.url)
        assert (moved.status_code, moved.headers["location"]) == (308, "/console/")


def test_the_longest_key_is_read_through_the_buffers_nginx_has_by_itself(site: Any) -> None:
    here = site(OPEN)
    with browser(here) as client:
        assert sign_in(client, here).status_code == 200
        page = client.get(f"{here.url}/key-value/local/value")  # its search stands behind "#?"
        assert page.status_code == 200
        long = {"key": "k" * MOST_KEY}
        assert client.get("/etcd/local/value", params=long).status_code == 414
        read = {"x-http-method-override": "GET"}
        asked = client.post("/etcd/local/value", data=long, headers=read)
        assert (asked.status_code, asked.headers["content-type"]) == (
            404,
            "application/problem+json",
        )
        table = client.post("/collections/jobs", data={"limit": "1"}, headers=read)
        assert table.status_code == 200
        assert table.json()["total"] >= 0, "a scheduled job may have run"


@pytest.mark.parametrize("takes_off", [True, False], ids=["taken-off", "passed-on"])
def test_the_console_below_a_path(site: Any, takes_off: bool) -> None:
    slash = "/" if takes_off else ""
    here = site(
        f"location /console/ {{ proxy_pass UPSTREAM{slash}; {UPGRADE} {FORWARDED} }}"
        "location = /console { return 301 /console/; }",
        path="/console",
        CRATON_PUBLIC_URL="PUBLIC",
    )
    with browser(here) as client:
        answer = sign_in(client, here)
        assert answer.status_code == 200, answer.text
        assert "path=/console/" in answer.headers["set-cookie"].lower()
        assert client.get("/session").json()["login"] == OWNER
        with socket_of(client, here) as socket:
            frames(socket, "hello")
        page = client.get(f"{here.url}/workloads/pods")
        assert page.status_code == 200
        assert 'src="/console/theme.js"' in page.text
        for link in page.headers["link"].split(", "):
            assert link.startswith("</console/"), link
        again = client.get(f"{here.url}/", headers={"if-none-match": page.headers["etag"]})
        assert again.status_code == 304
        assert_leads_below(client)
        told = client.post(
            f"{here.url}/v1/update",
            content=mirror(),
            headers={"origin": "", "sec-fetch-site": "none"},
        )
        assert told.status_code == 403
    machine = httpx2.post(f"{here.url}/v1/update", content=mirror(), timeout=60)
    assert (machine.status_code, machine.headers["content-type"][:8]) == (200, "text/xml")


def test_tls_and_http2_in_front_of_a_trusted_proxy(site: Any) -> None:
    here = site(OPEN, tls=True, CRATON_FORWARDED_ALLOW_IPS="127.0.0.1")
    with browser(here) as client:
        answer = sign_in(client, here)
        assert answer.status_code == 200, answer.text
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-craton")
        assert "secure" in cookie.lower()
        with socket_of(client, here) as socket:
            frames(socket, "hello")


def test_who_is_not_a_trusted_proxy_cannot_say_that_it_was_tls(site: Any) -> None:
    here = site(OPEN, tls=True)
    with browser(here) as client:
        answer = sign_in(client, here)
        assert answer.status_code == 403
        assert "CRATON_PUBLIC_URL" in answer.json()["detail"]
        assert here.url in answer.json()["detail"]
    forged = httpx2.post(
        f"http://127.0.0.1:{here.port}/api/v1/session",
        json={"login": OWNER, "password": here.console.password},
        headers={
            "x-craton-request": "1", "x-forwarded-proto": "https",
            "origin": f"https://127.0.0.1:{here.port}",
        },
        timeout=60,
    )  # fmt: skip
    assert forged.status_code == 403


def test_a_proxy_that_hides_the_name_is_told_what_to_set(site: Any) -> None:
    bare = f"location / {{ proxy_pass UPSTREAM; {UPGRADE} }}"
    here = site(bare)
    with browser(here) as client:
        answer = sign_in(client, here)
        assert answer.status_code == 403
        assert "CRATON_PUBLIC_URL" in answer.json()["detail"]


def test_the_public_address_is_enough_where_the_proxy_says_nothing(site: Any) -> None:
    here = site(
        f"location / {{ proxy_pass UPSTREAM; {UPGRADE} }}", tls=True, CRATON_PUBLIC_URL="PUBLIC"
    )
    with browser(here) as client:
        assert sign_in(client, here).status_code == 200
        with socket_of(client, here) as socket:
            frames(socket, "hello")
