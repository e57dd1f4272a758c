"""The one place that configures uvicorn; the start command and tests go through it."""

from __future__ import annotations

import socket

from starlette.types import ASGIApp

from backend.http.connections import ConnectionLimits, ConnectionTable, LimitedConfig
from backend.http.protocol import CheckedHttpProtocol
from backend.http.websocket import LimitedWebSocketProtocol
from backend.settings import Settings

__all__ = ["bind", "server_config"]


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


def bind(host: str, port: int) -> socket.socket:
    """A listening socket on `port`, or on a free one when it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        if port == 0:
            listener.close()
            raise
        listener.bind((host, 0))
    listener.setblocking(False)
    return listener
