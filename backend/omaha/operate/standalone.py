"""The update service alone (`craton updates serve`): checks, hosted payloads, health, metrics.

Stateless over the database: any number of replicas, each with any number of workers.
"""

from __future__ import annotations

import asyncio
import os
import socket
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

import structlog
import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from starlette.requests import Request

from backend.db.bus import Bus
from backend.db.engine import create_db_sessions, create_engine
from backend.db.migrate import upgrade
from backend.errors import Forbidden
from backend.http.connections import raise_descriptor_limit
from backend.http.hosts import HostCheck
from backend.http.operations import check_scraper
from backend.http.prefix import below
from backend.http.server import listen, server_config
from backend.jobs import Leases, Loop
from backend.logs import configure_logs
from backend.omaha.catalog import files as hosted_files
from backend.omaha.catalog.defaults import make_defaults
from backend.omaha.checkin.endpoint import Message, Receive, Send
from backend.omaha.operate.gone import ADMIN_PATH, admin_gone
from backend.omaha.operate.service import UpdateService
from backend.omaha.operate.worker_metrics import RESTARTS, MetricsSpool
from backend.omaha.operate.workers import WorkerSupervisor
from backend.omaha.payloads.files import PayloadFiles
from backend.omaha.payloads.serving import MOUNT, Elsewhere, Hosted, payloads_app
from backend.settings import Settings
from backend.startcauses import cause_of_start

__all__ = ["Standalone", "run_updates"]

HEALTH: Final = "/healthz"
METRICS: Final = "/metrics"
PARENT_POLL_SECONDS: Final = 1.0
STARTUP_FAILED: Final = 3
"""The exit code when the database could not be prepared, as uvicorn's own."""

_log = structlog.get_logger("craton.updates")


class Standalone:
    """ASGI application: the update endpoint, `/v1/payloads/`, `/healthz`, and `/metrics` with
    what is in `registry`."""

    def __init__(self, settings: Settings, registry: CollectorRegistry = REGISTRY) -> None:
        self._settings = settings
        self._registry = registry
        self._engine: AsyncEngine = create_engine(settings.database)
        bus = Bus(self._engine)
        self._db_sessions = create_db_sessions(self._engine, bus)
        self.service = UpdateService(
            settings.database,
            bus,
            Leases(self._db_sessions, bus),
            suffix=settings.update_suffix,
            public_url=settings.public_url,
            default_track=settings.update_default_track,
        )
        self.service.supervisor.add(Loop("bus", bus.run))
        files = PayloadFiles(settings.home / "payloads")
        self._payloads = payloads_app(files, self._resolve)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["path"].startswith(f"{MOUNT}/"):
            path = scope["path"].removeprefix(MOUNT)
            await self._payloads({**scope, "path": path, "root_path": ""}, receive, send)
        elif scope["path"].startswith(f"{ADMIN_PATH}/"):
            await admin_gone(scope, receive, send)
        elif scope["path"] == HEALTH:
            await self._health(send)
        elif scope["path"] == METRICS and scope["type"] == "http":
            await self._metrics(scope, send)
        else:
            await self.service.endpoint(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await upgrade(self._engine)
            await self._make_defaults()
            await self.service.start()
        except Exception as error:
            cause = cause_of_start(error, self._settings)
            _log.error("update_service_not_started", cause=cause, exc_info=not cause)
            await send({"type": "lifespan.startup.failed", "message": ""})
            raise
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.service.stop()
        await self._engine.dispose()
        await send({"type": "lifespan.shutdown.complete"})

    async def _make_defaults(self) -> None:
        if self._settings.update_defaults:
            async with self._db_sessions() as session, session.begin():
                await make_defaults(session, self._settings.organisation)

    async def _resolve(self, name: str) -> Hosted | Elsewhere | None:
        async with AsyncSession(self._engine) as session:
            return await hosted_files.resolve(session, name)

    async def _health(self, send: Send) -> None:
        healthy = await self.service.healthy()
        content = b"ok\n" if healthy else b"no database\n"
        await _send(send, 200 if healthy else 503, content, "text/plain")

    async def _metrics(self, scope: Message, send: Send) -> None:
        """To whom the console shows its own (`check_scraper`)."""
        try:
            check_scraper(Request(scope), self._settings.metrics_token_file)
        except Forbidden as refused:
            await _send(send, 403, f"{refused.detail}\n".encode(), "text/plain")
        else:
            await _send(send, 200, generate_latest(self._registry), CONTENT_TYPE_LATEST)


async def _send(send: Send, status: int, content: bytes, kind: str) -> None:
    headers = [(b"content-type", kind.encode()), (b"content-length", b"%d" % len(content))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


def run_updates(settings: Settings, *, workers: int = 1) -> None:
    """Serve until SIGINT or SIGTERM, in `workers` processes on one listening socket. Of
    several, one that dies is started again."""
    configure_logs(settings.log_level, settings.log_format)
    raise_descriptor_limit()
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    listener = listen(settings.host, settings.port, _log.warning)
    listener.listen(2048)
    host, port = listener.getsockname()[:2]
    _log.info("update_service_listens", address=f"{host}:{port}", workers=workers)
    if workers == 1:
        _serve(settings, listener)
        return
    with tempfile.TemporaryDirectory(prefix="craton-updates-") as folder:

        def work(slot: int, restarts: int) -> None:
            RESTARTS.inc(restarts)
            _serve(settings, listener, MetricsSpool(Path(folder), slot))

        WorkerSupervisor(workers, work).run()


def _serve(settings: Settings, listener: socket.socket, spool: MetricsSpool | None = None) -> None:
    """Serve in this process; with a spool it is a worker, which ends with its parent."""
    app = Standalone(settings, spool.registry) if spool else Standalone(settings)
    config = server_config(below(HostCheck(app, settings), settings.path_prefix), settings)
    config.lifespan = "on"
    server = uvicorn.Server(config)
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(_run(server, listener, spool))
    if not server.started:
        raise SystemExit(STARTUP_FAILED)


async def _run(server: uvicorn.Server, listener: socket.socket, spool: MetricsSpool | None) -> None:
    if spool is None:
        await server.serve(sockets=[listener])
        return
    parent = os.getppid()
    beside = [
        asyncio.create_task(_end_with(server, parent, spool)),
        asyncio.create_task(spool.run()),
    ]
    await server.serve(sockets=[listener])
    for task in beside:
        task.cancel()
    with suppress(asyncio.CancelledError):
        await asyncio.gather(*beside)


async def _end_with(server: uvicorn.Server, parent: int, spool: MetricsSpool) -> None:
    """A worker stops when the process that started it is gone, and tidies up after it."""
    while not server.should_exit:
        await asyncio.sleep(PARENT_POLL_SECONDS)
        if os.getppid() != parent:
            server.should_exit = True
            spool.remove()
