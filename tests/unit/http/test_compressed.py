"""Long answers are gzipped for those who take that, and only for them."""

from __future__ import annotations

import httpx2
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.responses import StreamingResponse

from backend.http.compressed import CompressedRoute

LONG = {"words": ["the same again"] * 500}


async def fetch(path: str, encoding: str) -> httpx2.Response:
    router = APIRouter(route_class=CompressedRoute)

    @router.get("/long")
    async def long() -> dict[str, list[str]]:
        return LONG

    @router.get("/short")
    async def short() -> dict[str, str]:
        return {"word": "one"}

    @router.get("/stream")
    async def stream() -> StreamingResponse:
        return StreamingResponse(iter(["a line\n"] * 500))

    app = FastAPI()
    app.include_router(router)
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://console") as client:
        return await client.get(path, headers={"Accept-Encoding": encoding})


async def test_long_answers_are_packed() -> None:
    answer = await fetch("/long", "gzip, br")
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) < 500
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.json() == LONG


@pytest.mark.parametrize(
    ("path", "encoding"),
    [("/long", "identity"), ("/long", "gzip;q=0"), ("/short", "gzip"), ("/stream", "gzip")],
)
async def test_others_are_plain(path: str, encoding: str) -> None:
    answer = await fetch(path, encoding)
    assert "content-encoding" not in answer.headers
    assert answer.headers["vary"] == "Accept-Encoding"
