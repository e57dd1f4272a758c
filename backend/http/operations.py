"""What operators of the console itself ask: `/healthz`, `/readyz`, `/metrics`."""

from __future__ import annotations

import hmac
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from backend.errors import Forbidden, Unavailable
from backend.http.cookies import is_loopback
from backend.http.guard import Public
from backend.http.readiness import Readiness
from backend.parts import part
from backend.settings import Settings

__all__ = ["check_scraper", "router"]


router = APIRouter(tags=["operations"], dependencies=[Public])
"""Routes for probes and Prometheus; they tell nothing about the estate."""


@router.get("/healthz", response_class=Response)
async def healthz() -> Response:
    """The process answers."""
    return Response("ok\n", media_type="text/plain")


@router.get("/readyz", response_class=Response)
async def readyz(readiness: Annotated[Readiness, part(Readiness)]) -> Response:
    """Started, and the database answers within two seconds. Upstreams do not count: pages show
    them. Failing background loops are named as degraded: no reason to send callers elsewhere."""
    if not readiness.ready:
        raise Unavailable("The console is starting or stopping.")
    try:
        await readiness.database.ask()
    except Exception as error:
        raise Unavailable("The database does not answer.") from error
    failing = sorted(readiness.failing())
    answer = f"degraded: {', '.join(failing)}\n" if failing else "ok\n"
    return Response(answer, media_type="text/plain")


@router.get("/metrics", response_class=Response)
async def metrics(request: Request, settings: Annotated[Settings, part(Settings)]) -> Response:
    """Prometheus metrics of this process: with the token, or from loopback without one."""
    check_scraper(request, settings.metrics_token_file)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def check_scraper(request: Request, file: Path | None) -> None:
    """Counts hint at what is there, so a stranger gets none (`Forbidden`): the token of `file`
    is needed, or without a file a caller on loopback; a proxy's word is no loopback."""
    if file is not None:
        given = request.headers.get("authorization", "")
        if hmac.compare_digest(given.encode(), f"Bearer {file.read_text().strip()}".encode()):
            return
        raise Forbidden("Scraping needs the bearer token of CRATON_METRICS_TOKEN_FILE.")
    forwarded = "x-forwarded-for" in request.headers or "forwarded" in request.headers
    if forwarded or not is_loopback(request.client.host if request.client else ""):
        raise Forbidden("Set CRATON_METRICS_TOKEN_FILE to scrape from another machine.")
