"""Byte ranges: the pure choice against a simple model, and real answers over ASGI."""

import asyncio
from pathlib import Path

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.routing import Mount

from backend.omaha.payloads.files import PayloadFiles, receive
from backend.omaha.payloads.header import Format
from backend.omaha.payloads.ranges import Part, Unsatisfiable, Whole, select
from backend.omaha.payloads.serving import CHUNK, MOUNT, Hosted, payloads_app

ETAG = '"tag"'

numbers = st.integers(0, 40)


@given(size=st.integers(1, 30), first=st.none() | numbers, last=st.none() | numbers)
def test_one_range_selects_what_slicing_would(
    size: int, first: int | None, last: int | None
) -> None:
    data = bytes(range(size))
    spec = f"bytes={'' if first is None else first}-{'' if last is None else last}"
    chosen = select(spec, None, ETAG, size)
    if first is None and last is None:
        assert chosen == Whole()
    elif first is None:
        wanted = data[-last:] if last else b""
        _same(chosen, data, wanted)
    elif last is not None and last < first:
        assert chosen == Whole()
    else:
        _same(chosen, data, data[first:] if last is None else data[first : last + 1])


def _same(chosen: object, data: bytes, wanted: bytes) -> None:
    if not wanted:
        assert chosen == Unsatisfiable()
    else:
        assert isinstance(chosen, Part)
        assert data[chosen.first : chosen.last + 1] == wanted


@given(header=st.text(max_size=30) | st.text("bytes=-,0123456789 ", max_size=20))
def test_nonsense_never_raises_and_never_leaves_the_file(header: str) -> None:
    chosen = select(header, None, ETAG, 100)
    if isinstance(chosen, Part):
        assert 0 <= chosen.first <= chosen.last < 100


@given(condition=st.sampled_from(['W/"tag"', '"other"', "Sat, 21 Nov 2026 10:00:00 GMT", ""]))
def test_a_condition_that_is_not_the_tag_gets_the_whole_file(condition: str) -> None:
    assert select("bytes=5-", condition, ETAG, 100) == Whole()
    assert select("bytes=5-", ETAG, ETAG, 100) == Part(5, 99)


DATA = bytes(i * 7 % 251 for i in range(2 * CHUNK + 1000))


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> httpx2.Client:
    root: Path = tmp_path_factory.mktemp("payloads")
    files = PayloadFiles(root, reserve=0)

    async def chunks():
        yield DATA

    digest = asyncio.run(receive(files, chunks(), kind=Format.RAW, size=len(DATA)))

    async def resolve(name: str) -> Hosted | None:
        known = {
            "file.gz": Hosted(digest.sha256, digest.size, 1_700_000_000.0),
            "gone.gz": Hosted("0" * 64, 5, 1_700_000_000.0),
        }
        return known.get(name)

    app = Starlette(routes=[Mount(MOUNT, app=payloads_app(files, resolve))])
    return _Sync(app)


class _Sync:
    """One request at a time through the ASGI app."""

    def __init__(self, app: Starlette) -> None:
        self._app = app

    def request(self, method: str, path: str, **headers: str) -> httpx2.Response:
        async def ask() -> httpx2.Response:
            transport = httpx2.ASGITransport(self._app)
            async with httpx2.AsyncClient(transport=transport, base_url="http://x") as http:
                return await http.request(method, path, headers=headers)

        return asyncio.run(ask())


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(cuts=st.lists(st.integers(0, len(DATA) - 1), max_size=4))
def test_a_download_resumed_anywhere_is_the_file(client: _Sync, cuts: list[int]) -> None:
    whole = client.request("HEAD", "/v1/payloads/file.gz")
    etag = whole.headers["etag"]
    assert whole.headers["content-length"] == str(len(DATA))
    got = b""
    for cut in [*sorted(set(cuts) - {0}), len(DATA)]:
        wanted = {"Range": f"bytes={len(got)}-{cut - 1}", "If-Range": etag}
        answer = client.request("GET", "/v1/payloads/file.gz", **wanted)
        assert answer.status_code == 206
        assert answer.headers["content-range"] == f"bytes {len(got)}-{cut - 1}/{len(DATA)}"
        assert answer.headers["content-length"] == str(len(answer.content))
        got += answer.content
    assert got == DATA


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Range": "bytes=0-"}, 206),
        ({"Range": "bytes=-1"}, 206),
        ({"Range": f"bytes={len(DATA)}-"}, 416),
        ({"Range": "bytes=-0"}, 416),
        ({"Range": "bytes=0-1,5-6"}, 200),
        ({"Range": "items=0-1"}, 200),
        ({"Range": "bytes=9-3"}, 200),
        ({"Range": "bytes=5-", "If-Range": '"another"'}, 200),
        ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": '"a", W/"b"'}, 200),
    ],
)
def test_answers(client: _Sync, headers: dict[str, str], status: int) -> None:
    answer = client.request("GET", "/v1/payloads/file.gz", **headers)
    assert answer.status_code == status
    if status == 200:
        assert answer.content == DATA
        again = {"If-None-Match": answer.headers["etag"]}
        assert client.request("GET", "/v1/payloads/file.gz", **again).status_code == 304
    if status == 416:
        assert answer.headers["content-range"] == f"bytes */{len(DATA)}"


def test_head_says_the_same_as_get_without_a_body(client: _Sync) -> None:
    get = client.request("GET", "/v1/payloads/file.gz")
    head = client.request("HEAD", "/v1/payloads/file.gz", Range="bytes=0-4")
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == get.headers["content-length"]


@pytest.mark.parametrize("name", ["unknown.gz", "gone.gz", "..%2f..%2fetc%2fpasswd"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_is_not_here_is_a_404(client: _Sync, name: str, method: str) -> None:
    assert client.request(method, f"/v1/payloads/{name}").status_code == 404
