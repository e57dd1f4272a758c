"""The live socket over Starlette."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from starlette.websockets import WebSocket, WebSocketDisconnect

from auth.principal import Principal
from backend.audit import Origin
from backend.live.closing import Close, CloseCode
from backend.live.connection import LiveConnection
from backend.live.hub import LiveHub

__all__ = ["live_endpoint"]


def live_endpoint(hub: LiveHub) -> Callable[[WebSocket], Awaitable[None]]:
    """The endpoint of one hub. A foreign origin is refused before the handshake; every other
    refusal is a close code after it, since a browser shows no other."""

    async def live(websocket: WebSocket) -> None:
        """Subscriptions of one browser tab; the protocol is in backend/live/README.md."""
        caller = await hub.auth.authenticate(websocket)
        if caller == CloseCode.NO_RIGHT:
            await websocket.close(CloseCode.NO_RIGHT)
            return
        await websocket.accept()
        if not isinstance(caller, Principal):
            await websocket.close(caller, "sign in again")
            return
        with suppress(WebSocketDisconnect, RuntimeError):
            await _serve(hub, websocket, caller)

    return live


async def _serve(hub: LiveHub, websocket: WebSocket, caller: Principal) -> None:
    try:
        origin = Origin.of(caller).over(websocket)
        with hub.connection(caller, origin) as session:
            await _first_end(_read(session, websocket), _write(session, websocket), session.watch())
    except Close as close:
        await websocket.close(close.code, close.reason)


async def _read(session: LiveConnection, websocket: WebSocket) -> None:
    while True:
        message = await websocket.receive()
        if message["type"] == "websocket.disconnect":
            return
        text = message.get("text")
        if text is None:
            raise Close(CloseCode.PROTOCOL, "frames are text")
        await session.receive(text)


async def _write(session: LiveConnection, websocket: WebSocket) -> None:
    while True:
        for text in await session.next_frames():
            await websocket.send_text(text)


async def _first_end(*jobs: Awaitable[None]) -> None:
    """Run all until the first ends; end the others and raise what it raised."""
    tasks = [asyncio.ensure_future(job) for job in jobs]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
