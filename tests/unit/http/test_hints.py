"""A page is sent with the addresses of what it needs, and only where they are of use."""

from __future__ import annotations

from pathlib import Path

import httpx2
import msgspec
import pytest

from backend.http import static
from backend.http.hints import PageHints, link_header, read_hints
from backend.http.static import Frontend

HINTS = (
    PageHints("/", [], [], ["session", "overview"]),
    PageHints("/connections/new", ["/assets/new-1.js"], [], ["session"]),
    PageHints("/connections/$kind/$name", ["/assets/one-1.js"], [], ["session"]),
    PageHints(
        "/workloads/{-$kind}",
        ["/assets/table-1.js", "/assets/workloads-1.js"],
        ["/assets/table-1.css"],
        ["session", "collections"],
        rows=40,
    ),
)


@pytest.mark.parametrize(
    ("address", "script"),
    [
        ("/workloads", "table-1"),
        ("/workloads/pods", "table-1"),
        ("/workloads/pods/more", None),
        ("/connections/new", "new-1"),
        ("/connections/etcd/main", "one-1"),
        ("/connections", None),
        ("/somewhere/else", None),
    ],
)
def test_the_page_at_an_address(address: str, script: str | None) -> None:
    link = link_header(HINTS, address, signed_in=False)
    assert (script is None) == (link is None)
    assert script is None or f"</assets/{script}.js>; rel=modulepreload" in str(link)


def test_answers_are_for_those_who_are_signed_in() -> None:
    assert link_header(HINTS, "/", signed_in=False) is None
    assert link_header(HINTS, "/", signed_in=True) == (
        "</api/v1/session>; rel=preload; as=fetch; crossorigin, "
        "</api/v1/overview>; rel=preload; as=fetch; crossorigin"
    )


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("/workloads/pods", "/console/api/v1/collections/pods?limit=40"),
        ("/workloads", None),
        ("/workloads/secrets-of-nobody", None),
        ("/connections/etcd/pods", None),
    ],
)
def test_a_table_comes_with_its_first_rows(address: str, told: str | None) -> None:
    links = link_header(HINTS, address, "/console", signed_in=True, tables={"pods"}) or ""
    assert ("?limit" in links) == (told is not None)
    assert told is None or f"<{told}>; rel=preload; as=fetch; crossorigin" in links
    unknown = link_header(HINTS, address, signed_in=False, tables={"pods"})
    assert "?limit" not in (unknown or "")


@pytest.mark.parametrize("text", [None, "", "{", '[{"path": 1}]'])
def test_a_build_without_hints_is_a_page_without_them(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "hints.json").write_text(text)
    assert read_hints(tmp_path) == ()


@pytest.mark.parametrize("cookie", ["", "craton-session=x", "a=b; __Host-craton=x"])
async def test_hints_come_with_the_page_and_with_its_304(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cookie: str
) -> None:
    (tmp_path / "index.html").write_text("<html></html>")
    (tmp_path / "hints.json").write_bytes(msgspec.json.encode(HINTS))
    monkeypatch.setattr(static, "frontend_folder", lambda: tmp_path)
    transport = httpx2.ASGITransport(app=Frontend(tables={"pods"}))
    headers = {"Cookie": cookie} if cookie else {}
    async with httpx2.AsyncClient(transport=transport, base_url="http://console") as client:
        page = await client.get("/workloads/pods", headers=headers)
        again = await client.get(
            "/workloads/pods", headers=headers | {"If-None-Match": page.headers["etag"]}
        )
        narrowed = await client.get("/workloads/pods?q=web", headers=headers)
    assert (page.status_code, again.status_code) == (200, 304)
    assert page.headers["link"] == again.headers["link"]
    assert "</assets/table-1.css>; rel=preload; as=style; crossorigin" in page.headers["link"]
    assert ("/api/v1/collections" in page.headers["link"]) == bool(cookie)
    assert ("/collections/pods?limit=40" in page.headers["link"]) == bool(cookie)
    assert "?limit" not in narrowed.headers["link"]
