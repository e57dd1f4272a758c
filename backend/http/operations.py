"""What operators of the console itself ask: `/healthz`, `/readyz`, `/metrics`."""

from __future__ import annotations

import hmac
from pathlib import Path

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

from backend.errors import Forbidden, Unavailable
from backend.http.cookies import is_loopback
from backend.http.guard import Public

__all__ = ["check_scraper", "operations_router"]


def operations_router() -> APIRouter:
    """Routes for probes and Prometheus; they tell nothing about the estate."""
    router = APIRouter(tags=["operations"], dependencies=[Public])

    @router.get("/healthz", response_class=Response)
    async def healthz() -> Response:
        """The process answers."""
        return Response("ok\n", media_type="text/plain")

    @router.get("/readyz", response_class=Response)
    async def readyz(request: Request) -> Response:
        """Started, and the database answers. Upstreams do not count: pages show them. Failing
        background loops are named as degraded: no reason to send callers elsewhere."""
        console = request.app.state.console
        if not console.ready:
            raise Unavailable("The console is starting or stopping.")
        try:
            async with console.engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except Exception as error:
            raise Unavailable("The database does not answer.") from error
        failing = sorted(console.failing_loops)
        answer = f"degraded: {', '.join(failing)}\n" if failing else "ok\n"
        return Response(answer, media_type="text/plain")

    @router.get("/metrics", response_class=Response)
    async def metrics(request: Request) -> Response:
        """Prometheus metrics of this process: with the token, or from loopback without one."""
        check_scraper(request, request.app.state.console.settings.metrics_token_file)
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return router


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
