"""The one place that configures uvicorn; the start command and tests go through it."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable
from typing import Final

from starlette.types import ASGIApp

from backend.http.connections import ConnectionLimits, ConnectionTable, LimitedConfig
from backend.http.protocol import CheckedHttpProtocol
from backend.http.websocket import LimitedWebSocketProtocol
from backend.settings import Settings

__all__ = ["CannotListen", "listen", "server_config"]

_NOT_THIS_ONE: Final = {
    errno.EADDRINUSE: "is in use",
    errno.EACCES: "is not for this user",
}


def server_config(app: ASGIApp, settings: Settings) -> LimitedConfig:
    """Uvicorn with httptools (never h11), sans-io websockets, limits and deadlines.

    ``nosniff`` is set here, on the framework's, the machines' and our own answers alike.
    """
    config = LimitedConfig(
        app,
        http=CheckedHttpProtocol,
        ws=LimitedWebSocketProtocol,
        ws_max_size=16 * 1024,
        ws_ping_interval=None,
        ws_per_message_deflate=False,  # windows would cost each open tab 300 KB; see `deflate`
        loop="uvloop",
        proxy_headers=bool(settings.forwarded_allow_ips),
        forwarded_allow_ips=settings.forwarded_allow_ips or None,
        server_header=False,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=5,
        backlog=2048,
        headers=[("x-content-type-options", "nosniff")],
    )
    config.prefix = settings.path_prefix.encode()
    config.connections = ConnectionTable(
        ConnectionLimits.derive(
            settings.max_connections,
            settings.max_connections_per_address,
            settings.forwarded_allow_ips,
        )
    )
    return config


class CannotListen(Exception):
    """The console cannot listen where it should; the message says why and what to do."""


def listen(host: str, port: int, tell: Callable[[str], None]) -> socket.socket:
    """A listening socket on `port`, or on a free one when that may not be had, which `tell`
    hears with the reason. Raises `CannotListen`."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    except OSError as error:
        raise CannotListen(f"No socket can be opened: {error.strerror}.") from error
    try:
        refused = _bind(listener, host, port)
    except OSError as error:
        listener.close()
        raise CannotListen(
            f"Nothing can listen at {host!r}: {error.strerror}. Set CRATON_HOST to an address of "
            "this machine: 127.0.0.1, or 0.0.0.0 for all of them."
        ) from error
    if refused:
        tell(f"Port {port} {refused}: using {listener.getsockname()[1]}.")
    listener.setblocking(False)
    return listener


def _bind(listener: socket.socket, host: str, port: int) -> str:
    """Take `port`, or another where it may not be had, and give the reason."""
    try:
        listener.bind((host, port))
    except OSError as error:
        if port == 0 or error.errno not in _NOT_THIS_ONE:
            raise
        listener.bind((host, 0))
        return _NOT_THIS_ONE[error.errno]
    return ""
