"""The update service alone (`craton updates serve`): checks, hosted payloads, health.

Stateless over the database: any number of replicas, each with any number of workers.
"""

from __future__ import annotations

import asyncio
import os
import socket
from typing import Final

import structlog
import uvicorn
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from backend.db.engine import create_engine
from backend.db.migrate import upgrade
from backend.http.server import bind, server_config
from backend.logs import configure_logs
from backend.omaha.catalog import files as hosted_files
from backend.omaha.payloads.files import PayloadFiles
from backend.omaha.payloads.serving import MOUNT, Hosted, payloads_app
from backend.omaha.protocol import Message, Receive, Send
from backend.omaha.service import UpdateService, open_store
from backend.settings import Settings

__all__ = ["Standalone", "run_updates"]

HEALTH: Final = "/healthz"
PARENT_POLL_SECONDS: Final = 1.0

_log = structlog.get_logger("craton.updates")


class Standalone:
    """ASGI application: the update endpoint, `/v1/payloads/`, `/healthz`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._engine: AsyncEngine = create_engine(settings.database)
        self.service = UpdateService(
            open_store(settings.database),
            suffix=settings.update_suffix,
            public_url=settings.public_url,
        )
        files = PayloadFiles(settings.home / "payloads")
        self._payloads = payloads_app(files, self._resolve)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["path"].startswith(f"{MOUNT}/"):
            path = scope["path"].removeprefix(MOUNT)
            await self._payloads({**scope, "path": path, "root_path": ""}, receive, send)
        elif scope["path"] == HEALTH:
            await self._health(send)
        else:
            await self.service.endpoint(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await upgrade(self._engine)
            await self.service.start()
        except Exception as error:
            _log.exception("update_service_not_started")
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            raise
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.service.stop()
        await self._engine.dispose()
        await send({"type": "lifespan.shutdown.complete"})

    async def _resolve(self, name: str) -> Hosted | None:
        async with AsyncSession(self._engine) as session:
            return await hosted_files.resolve(session, name)

    async def _health(self, send: Send) -> None:
        healthy = await self.service.healthy()
        headers = [(b"content-type", b"text/plain")]
        status = 200 if healthy else 503
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"ok\n" if healthy else b"no database\n"})


def run_updates(settings: Settings, *, workers: int = 1) -> None:
    """Serve until SIGINT or SIGTERM, in `workers` processes on one listening socket."""
    configure_logs(settings)
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    listener = bind(settings.host, settings.port)
    listener.listen(2048)
    host, port = listener.getsockname()[:2]
    _log.info("update_service_listens", address=f"{host}:{port}", workers=workers)
    for _ in range(workers - 1):
        if os.fork() == 0:
            _serve(settings, listener, os.getppid())
            os._exit(0)
    _serve(settings, listener, None)


def _serve(settings: Settings, listener: socket.socket, parent: int | None) -> None:
    config = server_config(Standalone(settings), settings)
    config.lifespan = "on"
    server = uvicorn.Server(config)
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(_run(server, listener, parent))


async def _run(server: uvicorn.Server, listener: socket.socket, parent: int | None) -> None:
    watch = asyncio.create_task(_end_with(server, parent)) if parent else None
    await server.serve(sockets=[listener])
    if watch is not None:
        watch.cancel()


async def _end_with(server: uvicorn.Server, parent: int) -> None:
    """A worker stops when the process that started it is gone."""
    while not server.should_exit:
        await asyncio.sleep(PARENT_POLL_SECONDS)
        server.should_exit = os.getppid() != parent
