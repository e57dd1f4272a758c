"""Two-way streams to a container: exec, attach and port-forward over WebSocket.

Reference: actions, section 3. Frames are binary, the first byte is the channel: 0 stdin, 1
stdout, 2 stderr, 3 the end as a `Status`, 4 the terminal's size, 255 (v5) a half-close. Nothing
grows without bound: a frame has at most `FRAME_BYTES`, at most `FRAMES_HELD` wait to be
read (then the socket is not read on, and the sender waits), and `send` waits for the peer.

Closing the socket does not end the remote process in general; what does is in the reference,
and is the caller's to arrange.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final, cast
from urllib.parse import urlencode, urlsplit

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, ConnectionClosedOK, InvalidStatus
from websockets.typing import Subprotocol

from integrations.addresses import permitted
from integrations.caller import Caller
from integrations.contract import UpstreamFailed, UpstreamUnreachable
from integrations.failures import translated
from integrations.kubernetes.api_client import USER_AGENT, ApiClient
from integrations.kubernetes.auth.access import Access, proxy_context
from integrations.kubernetes.calling import caller_name, check_path
from integrations.kubernetes.errors import Status, from_response, from_status

__all__ = ["EXEC", "PORT_FORWARD", "Duplex", "Ended", "ExecChannel", "Frame", "open_duplex"]

EXEC: Final = ("v5.channel.k8s.io", "v4.channel.k8s.io")
PORT_FORWARD: Final = ("v4.channel.k8s.io",)
FRAME_BYTES: Final = 1024 * 1024
FRAMES_HELD: Final = 16
OPEN_SECONDS: Final = 10.0
CLOSE_SECONDS: Final = 2.0
PING_SECONDS: Final = 5.0
DEAD_SECONDS: Final = 60.0
_HALF_CLOSE: Final = 255
_WEB_PROXIES: Final = {"http": 80, "https": 443}


class ExecChannel(IntEnum):
    """What the first byte of a frame means for exec and attach."""

    STDIN = 0
    STDOUT = 1
    STDERR = 2
    END = 3
    SIZE = 4


@dataclass(frozen=True, slots=True)
class Frame:
    """One message; for port-forward `channel` is twice the port's number, or one more for
    its errors."""

    channel: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Ended:
    """How the remote side ended: its exit code, None when it is not known (the connection
    broke, the program could not be started), and a sentence where there is one."""

    code: int | None
    message: str = ""


class Duplex:
    """An open stream. One reader, one writer; `aclose` from anywhere."""

    def __init__(self, upstream: str, socket: ClientConnection) -> None:
        self._upstream = upstream
        self._socket = socket
        self.ended: Ended | None = None
        """Set once the server said how it ended."""
        self._waits: float | None = None
        """Since when the reader waits for the other side; None: the other side waits for it."""

    @property
    def protocol(self) -> str:
        """The channel protocol that was agreed on."""
        return str(self._socket.subprotocol or "")

    async def __aiter__(self) -> AsyncIterator[Frame]:
        """Frames with content until the other side closes; `ended` is then set.

        Raises `UpstreamUnreachable` when the connection breaks without an end.
        """
        try:
            async for message in self._messages():
                raw = message.encode() if isinstance(message, str) else message
                frame = Frame(raw[0], raw[1:]) if raw else Frame(ExecChannel.STDOUT, b"")
                if frame.channel == ExecChannel.END and self.protocol and not self.ended:
                    self.ended = _end(frame.data)
                if frame.data:
                    yield frame
        except ConnectionClosed as error:
            if self.ended is None:
                text = "the connection to the container broke off"
                raise UpstreamUnreachable(self._upstream, text) from error
        if self.ended is None:
            self.ended = Ended(None, "the server closed the stream without saying how it ended")

    async def _messages(self) -> AsyncIterator[str | bytes]:
        while True:
            self._waits = time.monotonic()
            try:
                message = await self._socket.recv()
            except ConnectionClosedOK:
                return
            self._waits = None
            yield message

    async def keep_alive(self, every: float = PING_SECONDS, dead: float = DEAD_SECONDS) -> None:
        """Ask all the time whether the other side is there, and break with one that is silent while
        it is listened to: its answers stand behind what a slow reader has not read."""
        with suppress(ConnectionClosed):
            while True:
                await asyncio.sleep(every)
                answered = asyncio.ensure_future(await self._socket.ping())
                await asyncio.wait({answered}, timeout=dead)
                silent = self._waits is not None and time.monotonic() - self._waits >= dead
                if not answered.done() and silent:
                    self._socket.transport.abort()

    async def send(self, data: bytes, channel: int = ExecChannel.STDIN) -> None:
        """Send, and wait until the peer takes it. Raises `UpstreamUnreachable` when closed."""
        if len(data) >= FRAME_BYTES:
            raise UpstreamFailed(self._upstream, f"at most {FRAME_BYTES} bytes are sent at once")
        with translated(self._upstream):
            await self._socket.send(bytes((channel,)) + data)

    async def resize(self, columns: int, rows: int) -> None:
        """Tell the terminal's size. Only numbers go: anything else would end resizing."""
        size = {"Width": min(max(columns, 1), 10_000), "Height": min(max(rows, 1), 10_000)}
        await self.send(msgspec.json.encode(size), ExecChannel.SIZE)

    async def close_stdin(self) -> bool:
        """Say that no more input comes, while output still may; False where the protocol (v4)
        cannot say it: then only `aclose` ends a reader of stdin."""
        if not self.protocol.startswith("v5."):
            return False
        await self.send(bytes((ExecChannel.STDIN,)), _HALF_CLOSE)
        return True

    async def aclose(self) -> None:
        """Close, within two seconds whatever the other side does."""
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._socket.close()
        except TimeoutError:
            self._socket.transport.abort()


@asynccontextmanager
async def open_duplex(
    api: ApiClient,
    path: str,
    params: Sequence[tuple[str, str]],
    *,
    as_: Caller | None,
    protocols: Sequence[str] = EXEC,
) -> AsyncIterator[Duplex]:
    """A stream to `path` as the caller, closed at the end of the block.

    Raises what the API server answered to the upgrade; it asks for the rights to `get` **and**
    `create` the subresource.
    """
    check_path(api.upstream, path)
    with translated(api.upstream):
        socket = await _connected(api, path, params, as_, protocols)
    duplex = Duplex(api.upstream, socket)
    try:
        if duplex.protocol not in protocols:
            raise UpstreamFailed(api.upstream, "it did not agree on a channel protocol")
        beating = asyncio.create_task(duplex.keep_alive())
        try:
            yield duplex
        finally:
            beating.cancel()
    finally:
        await duplex.aclose()


class _ConnectOnce(connect):
    """No redirects: they would carry the caller's identity to a host that was not checked."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        """Take the answer as it is."""
        return exc


async def _connected(
    api: ApiClient,
    path: str,
    params: Sequence[tuple[str, str]],
    as_: Caller | None,
    protocols: Sequence[str],
) -> ClientConnection:
    access, trust, headers = await api.signed(as_)
    where = urlsplit(access.server)
    secure = where.scheme == "https"
    host, port = where.hostname or "", where.port or (443 if secure else 80)
    way = await _way(api, access, host, port)
    scheme = "wss" if secure else "ws"
    uri = f"{scheme}://{where.netloc}{path}" + (f"?{urlencode(params)}" if params else "")
    more: dict[str, Any] = {"server_hostname": access.server_name or host} if secure else {}
    try:
        return await _ConnectOnce(
            uri,
            ssl=trust,
            compression=None,
            subprotocols=[Subprotocol(name) for name in protocols],
            additional_headers=headers,
            user_agent_header=USER_AGENT,
            max_size=FRAME_BYTES + 1,
            max_queue=FRAMES_HELD,
            open_timeout=OPEN_SECONDS,
            close_timeout=CLOSE_SECONDS,
            ping_interval=None,  # `keep_alive` knows who waits for whom
            **more,
            **way,
        )
    except InvalidStatus as error:
        response = error.response
        body = bytes(response.body or b"")[: 64 * 1024]
        raise from_response(api.upstream, response.status_code, body, caller_name(as_)) from error


async def _way(api: ApiClient, access: Access, host: str, port: int) -> dict[str, Any]:
    """How the socket is opened: to the address that was checked, the server's or its proxy's. The
    names stay in TLS, in `Host` and in what the proxy is asked for."""
    proxy = access.proxy or ""
    if not proxy:
        return {"host": await _address(api, host, port), "port": port, "proxy": None}
    parts = urlsplit(proxy)
    if parts.scheme not in _WEB_PROXIES:
        text = "the proxy of this connection (SOCKS) carries no terminals: only http(s) ones do"
        raise UpstreamFailed(api.upstream, text)
    name, door = parts.hostname or "", parts.port or _WEB_PROXIES[parts.scheme]
    address = await _address(api, name, door)
    user, at, _ = parts.netloc.rpartition("@")
    user += ":" if user and ":" not in user else ""  # websockets takes no name alone
    there = f"[{address}]" if ":" in address else address
    way = {"proxy": f"{parts.scheme}://{user}{at}{there}:{door}"}
    verified = {"proxy_server_hostname": name, "proxy_ssl": proxy_context(access)}
    return way | verified if parts.scheme == "https" else way


async def _address(api: ApiClient, host: str, port: int) -> str:
    found = await permitted(api.upstream, api.networks, host, port, OPEN_SECONDS, listed=api.listed)
    return str(found[0])


def _end(data: bytes) -> Ended:
    """Read the `Status` of channel 3: success, an exit code, or why it did not start."""
    try:
        status = msgspec.json.decode(data, type=_EndStatus)
    except msgspec.MsgspecError:
        return Ended(None, data[:300].decode("utf-8", "replace"))
    if status.status == "Success":
        return Ended(0)
    causes = status.details.causes if status.details else None
    codes = [c.message for c in causes or () if c.reason == "ExitCode" and c.message.isdigit()]
    if codes:
        return Ended(int(codes[0]))
    return Ended(None, from_status("", cast("Status", status)).message)


class _EndStatus(Status):
    status: str = ""
