"""Run the console's server process."""

from __future__ import annotations

import asyncio
import socket
import sys
from typing import Final

import uvicorn
from rich.console import Console as Terminal
from rich.markup import escape
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.app import create_app
from backend.collector import spare_what_is_there
from backend.http.connections import raise_descriptor_limit
from backend.http.server import listen, server_config
from backend.identity import setup
from backend.logs import configure_logs
from backend.settings import Settings
from backend.state import Console, console_of

__all__ = ["run_serve"]

_NOT_STARTED: Final = 3
_terminal: Final = Terminal(stderr=True, highlight=False)


def run_serve(settings: Settings, inherited: int | None = None) -> None:
    """Serve until SIGINT or SIGTERM, then stop gracefully.

    `inherited` is the file number of a listening socket from `craton up`, which keeps it
    open across a restart of this process, so browsers find the same address again.
    """
    configure_logs(settings.log_level, settings.log_format)
    raise_descriptor_limit()
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if inherited:
        listener = socket.socket(fileno=inherited)
    else:
        listener = listen(settings.host, settings.port, _terminal.print)
    app = create_app(settings)
    console = console_of(app)
    config = server_config(_Causes(app, console), settings)
    server = _Server(config, console, _url(settings, listener))
    try:
        with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
            runner.run(server.serve(sockets=[listener]))
    finally:
        if console.cause:
            _terminal.print(f"[red]{escape(console.cause)}[/red]", soft_wrap=True)
    sys.exit(0 if server.started else _NOT_STARTED)


class _Causes:
    """Keeps the traceback of a failed start out of the log where its cause is known."""

    def __init__(self, app: ASGIApp, console: Console) -> None:
        self._app = app
        self._console = console

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on."""
        await self._app(scope, receive, self._short(send) if scope["type"] == "lifespan" else send)

    def _short(self, send: Send) -> Send:
        async def short(message: Message) -> None:
            failed = message["type"] == "lifespan.startup.failed" and self._console.cause
            await send({**message, "message": ""} if failed else message)

        return short


class _Server(uvicorn.Server):
    """Says where it is once it listens."""

    def __init__(self, config: uvicorn.Config, console: Console, url: str) -> None:
        super().__init__(config)
        self._console = console
        self._url = url

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then print the address and, once, the setup link."""
        await super().startup(sockets)
        if not self.started:
            return
        spare_what_is_there()
        async with self._console.db_sessions() as db, db.begin():
            token = await setup.issue_setup_token(db)
        _terminal.print(f"Craton is at [bold]{self._url}[/bold]")
        if token:
            _terminal.print(
                "Create the first account within an hour, with this one-time link:\n"
                f"  [bold]{self._url}/setup#token={token}[/bold]",
                soft_wrap=True,
            )


def _url(settings: Settings, listener: socket.socket) -> str:
    if settings.public_url:
        return settings.public_url.rstrip("/")
    host, port = listener.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)
    return f"http://{f'[{shown}]' if ':' in shown and '[' not in shown else shown}:{port}"
