"""The built frontend: packed forms by Accept-Encoding, caching, nothing outside the folder."""

from __future__ import annotations

import gzip
from pathlib import Path

import httpx2
import pytest

from backend.http import static
from backend.http.static import Frontend, accepts


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A build: a page and one asset in its three forms."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<html>page</html>")
    script = tmp_path / "assets" / "app-1.js"
    script.write_text("console.log(1)")
    script.with_name("app-1.js.gz").write_bytes(gzip.compress(b"console.log(1)"))
    script.with_name("app-1.js.br").write_bytes(b"packed")
    monkeypatch.setattr(static, "frontend_folder", lambda: tmp_path)
    return tmp_path


async def fetch(path: str, encoding: str, known: str = "") -> httpx2.Response:
    transport = httpx2.ASGITransport(app=Frontend())
    headers = {"Accept-Encoding": encoding} | ({"If-None-Match": known} if known else {})
    async with (
        httpx2.AsyncClient(transport=transport, base_url="http://console") as client,
        client.stream("GET", path, headers=headers) as answer,
    ):
        answer.extensions["raw"] = b"".join([part async for part in answer.aiter_raw()])
        return answer


@pytest.mark.parametrize(
    ("encoding", "coding", "raw"),
    [
        ("gzip, deflate, br", "br", b"packed"),
        ("gzip", "gzip", None),
        ("br;q=0, gzip;q=0.5", "gzip", None),
        ("identity", None, b"console.log(1)"),
        ("*", None, b"console.log(1)"),
    ],
)
async def test_the_smallest_form_the_browser_takes(
    folder: Path, encoding: str, coding: str | None, raw: bytes | None
) -> None:
    answer = await fetch("/assets/app-1.js", encoding)
    assert answer.status_code == 200
    assert answer.headers.get("content-encoding") == coding
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["vary"] == "Accept-Encoding"
    assert "immutable" in answer.headers["cache-control"]
    body = answer.extensions["raw"]
    assert body == raw if raw else gzip.decompress(body) == b"console.log(1)"


async def test_a_form_that_was_not_built_is_not_promised(folder: Path) -> None:
    answer = await fetch("/any/page", "br, gzip")
    assert answer.headers.get("content-encoding") is None
    assert answer.extensions["raw"] == b"<html>page</html>"
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    ("header", "taken"),
    [("br", True), ("BR ; q=1", True), ("br;q=0.000", False), ("brotli", False), ("", False)],
)
def test_accept_encoding_is_read_as_the_standard_says(header: str, taken: bool) -> None:
    assert accepts(header, "br") is taken


async def test_what_the_browser_has_is_not_sent_again(folder: Path) -> None:
    page = await fetch("/any/page", "br")
    again = await fetch("/another", "br", known=f'"other", W/{page.headers["etag"]}')
    assert (again.status_code, again.extensions["raw"]) == (304, b"")
    assert again.headers["etag"] == page.headers["etag"]
    assert again.headers["cache-control"] == "no-cache"
    assert again.headers["vary"] == "Accept-Encoding"


async def test_another_form_and_a_new_page_are_sent(folder: Path) -> None:
    packed = await fetch("/assets/app-1.js", "br")
    assert (await fetch("/assets/app-1.js", "gzip", packed.headers["etag"])).status_code == 200
    page = await fetch("/", "")
    (folder / "index.html").write_text("<html>the next release</html>")
    assert (await fetch("/", "", page.headers["etag"])).status_code == 200
