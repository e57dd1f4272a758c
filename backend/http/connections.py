"""Who is connected: caps in all, per address and per kind of use, and deadlines.

A connection costs a descriptor and some memory before anybody knows what it wants, so:

- in all there are never more than the process has descriptors for (`ConnectionLimits`);
- an address (IPv6: its /64) holds a share of them at most, unless it is a trusted proxy's;
- a full table closes the connection that has waited longest for a request, so that
  half-sent heads and idle browsers never keep anybody out;
- machines and people may each keep three quarters busy, so neither starves the other, and
  a sixteenth is left for probes and metrics;
- a probe is never refused for others like it: it may give way to a newer connection instead,
  so that a flood of probes cannot make a healthy replica look sick;
- one look a second ends what is overdue (`_overdue`).

What is refused or ended is counted by reason, and logged at most every ten seconds a reason.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import resource
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import Final

import structlog
import uvicorn
from uvicorn.protocols.http.flow_control import FlowControl

from backend.http.metrics import CONNECTIONS, ENDED

__all__ = [
    "Connection",
    "ConnectionLimits",
    "ConnectionTable",
    "Ended",
    "LimitedConfig",
    "Reading",
    "Use",
    "address_group",
    "raise_descriptor_limit",
]

HEAD_SECONDS: Final = 10.0
"""From the first byte of a request to the end of its head."""
IDLE_SECONDS: Final = 30.0
"""Between connecting, or an answer, and the first byte of a request."""
BODY_SECONDS: Final = 20.0
BODY_RATE: Final = 500.0
"""A body may take this long, and a second more for every so many bytes that came."""
WRITE_SECONDS: Final = 60.0
"""How long an answer may wait for a peer that reads none of it."""
CLOSING_SECONDS: Final = 10.0
SWEEP_SECONDS: Final = 1.0
LOG_SECONDS: Final = 10.0
MOST: Final = 16_384
WANTED_DESCRIPTORS: Final = MOST + 4096

_log = structlog.get_logger("craton.http")


class Use(StrEnum):
    """What a busy connection is used for; text, since an `Enum` hashes in Python."""

    MACHINES = "machines"
    CONSOLE = "console"
    METRICS = "metrics"
    PROBES = "probes"

    @staticmethod
    def of(path: bytes) -> Use:
        """The use of a raw request target."""
        if path.startswith(b"/v1/"):
            return _MACHINES
        if path.startswith((b"/healthz", b"/readyz")):
            return _PROBES
        return _METRICS if path.startswith(b"/metrics") else _CONSOLE


class Ended(Enum):
    """Why a connection was refused or ended by us."""

    TOTAL = "too many connections"
    ADDRESS = "too many connections of one address"
    BUSY = "too many requests of this use"
    HEAD = "head deadline"
    BODY = "body deadline"
    IDLE = "idle"
    UNREAD = "answer not read"
    MALFORMED = "malformed request"
    FRAMES = "websocket frames"


class Reading(Enum):
    """What is expected next from the peer."""

    NOTHING = 0  # between requests
    HEAD = 1
    BODY = 2
    FRAMES = 3  # upgraded: the peer may be silent as long as it likes


# Python 3.11 finds a member of an Enum in 0.1 us: a request would ask ten times.
NOTHING: Final = Reading.NOTHING
HEAD: Final = Reading.HEAD
BODY: Final = Reading.BODY
_MACHINES: Final = Use.MACHINES
_CONSOLE: Final = Use.CONSOLE
_METRICS: Final = Use.METRICS
_PROBES: Final = Use.PROBES


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """Caps of one process. `proxies` may hold any share: they speak for many."""

    total: int
    per_address: int
    proxies: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = ()
    any_proxy: bool = False

    @classmethod
    def derive(cls, total: int, per_address: int, proxies: str) -> ConnectionLimits:
        """Limits from the settings; `total` 0 means as many as the descriptors allow, of
        which a quarter (64 to 512) stays for the database, upstreams and files."""
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        allowed = max(16, soft - max(64, min(512, soft // 4)))
        total = min(total or MOST, allowed)
        named = [p.strip() for p in proxies.split(",") if p.strip()]
        networks = []
        for name in named:
            with contextlib.suppress(ValueError):
                networks.append(ipaddress.ip_network(name, strict=False))
        return cls(total, max(1, min(per_address, total // 2)), tuple(networks), "*" in named)

    def capped(self, address: str) -> bool:
        """Whether the cap per address holds for `address`."""
        if self.any_proxy or not address:
            return False
        if not self.proxies:
            return True
        with contextlib.suppress(ValueError):
            found = ipaddress.ip_address(address)
            return not any(found in network for network in self.proxies)
        return True


@dataclass(slots=True, eq=False)
class Connection:
    """One accepted connection, as its protocol sees it."""

    transport: asyncio.Transport
    flow: FlowControl
    address: _Address
    since: float
    reading: Reading = NOTHING
    use: Use | None = None
    received: int = 0
    blocked: float = 0.0
    closing: float = 0.0
    open: bool = True


@dataclass(slots=True)
class _Address:
    group: str
    count: int = 0
    waiting: dict[Connection, None] = field(default_factory=dict)


class ConnectionTable:
    """All connections of one server. Every method is cheap and synchronous."""

    def __init__(self, limits: ConnectionLimits) -> None:
        self.limits = limits
        self._probes = max(1, limits.total // 16)
        self._one_use = max(1, limits.total * 3 // 4)
        self._all_uses = max(1, limits.total - self._probes)
        self._all: dict[Connection, None] = {}
        self._waiting: dict[Connection, None] = {}
        self._addresses: dict[str, _Address] = {}
        self._busy = dict.fromkeys(Use, 0)
        self._told: dict[Ended, float] = {}
        self._untold: dict[Ended, int] = {}
        self._sweeper: asyncio.TimerHandle | None = None

    def admit(
        self, transport: asyncio.Transport, flow: FlowControl, address: str
    ) -> Connection | None:
        """Enter a new connection, or refuse it (None; the transport is then ended)."""
        loop = asyncio.get_running_loop()
        group = address_group(address)
        entry = self._addresses.get(group) or _Address(group)
        if (
            entry.count >= self.limits.per_address
            and self.limits.capped(address)
            and not self._evict(entry.waiting, Ended.ADDRESS)
        ):
            self._refuse(transport, Ended.ADDRESS, address)
            return None
        if len(self._all) >= self.limits.total and not self._evict(self._waiting, Ended.TOTAL):
            self._refuse(transport, Ended.TOTAL, address)
            return None
        connection = Connection(transport, flow, entry, loop.time())
        self._all[connection] = None
        self._addresses[group] = entry
        entry.count += 1
        self._wait(connection)
        if self._sweeper is None:
            self._sweeper = loop.call_later(SWEEP_SECONDS, self._sweep, loop)
        return connection

    def begin(self, connection: Connection, use: Use) -> bool:
        """A request of this use begins; False when its share is used up."""
        if self._used_up(use):
            self.note(Ended.BUSY, connection.address.group)
            return False
        connection.use = use
        self._busy[use] += 1
        self._waiting.pop(connection, None)
        connection.address.waiting.pop(connection, None)
        if use is _PROBES:
            self._wait(connection)
        return True

    def rest(self, connection: Connection, now: float) -> None:
        """Nothing asked is unanswered."""
        if not connection.open:
            return
        self._idle(connection)
        if connection.reading is NOTHING:
            connection.since = now
        self._wait(connection)

    def release(self, connection: Connection) -> None:
        """The connection is over. May be called again."""
        if not connection.open:
            return
        connection.open = False
        self._idle(connection)
        del self._all[connection]
        self._waiting.pop(connection, None)
        entry = connection.address
        entry.waiting.pop(connection, None)
        entry.count -= 1
        if not entry.count:
            del self._addresses[entry.group]

    def note(self, reason: Ended, address: str) -> None:
        """Count, and log now and then, that something was refused."""
        ENDED.labels(reason.value).inc()
        now = asyncio.get_running_loop().time()
        self._untold[reason] = self._untold.get(reason, 0) + 1
        if now - self._told.get(reason, -LOG_SECONDS) >= LOG_SECONDS:
            self._told[reason] = now
            _log.warning(
                "connections_ended", reason=reason.value, last_address=address,
                count=self._untold.pop(reason), open=len(self._all), most=self.limits.total,
            )  # fmt: skip

    def end(self, connection: Connection, reason: Ended) -> None:
        """End a connection at once, whatever is unsent."""
        self.note(reason, connection.address.group)
        connection.transport.abort()
        self.release(connection)

    def __len__(self) -> int:
        return len(self._all)

    def _used_up(self, use: Use) -> bool:
        busy = self._busy
        if use is _PROBES:
            return False
        if use is _METRICS:
            return busy[use] >= self._probes
        others = busy[_MACHINES] + busy[_CONSOLE]
        return busy[use] >= self._one_use or others >= self._all_uses

    def _wait(self, connection: Connection) -> None:
        self._waiting[connection] = None
        connection.address.waiting[connection] = None

    def _idle(self, connection: Connection) -> None:
        if connection.use is not None:
            self._busy[connection.use] -= 1
            connection.use = None

    def _evict(self, waiting: dict[Connection, None], reason: Ended) -> bool:
        """End the one that has waited longest for a request; False when all are busy."""
        oldest = next(iter(waiting), None)
        if oldest is not None:
            self.end(oldest, reason)
        return oldest is not None

    def _refuse(self, transport: asyncio.Transport, reason: Ended, address: str) -> None:
        self.note(reason, address)
        transport.abort()

    def _sweep(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        for connection in list(self._all):
            reason = _overdue(connection, now)
            if reason is not None:
                self.end(connection, reason)
        for use in Use:
            CONNECTIONS.labels(use.value).set(self._busy[use])
        CONNECTIONS.labels("waiting").set(len(self._waiting))
        again = bool(self._all)
        self._sweeper = loop.call_later(SWEEP_SECONDS, self._sweep, loop) if again else None


class LimitedConfig(uvicorn.Config):
    """uvicorn's configuration with the table that both protocols enter connections into."""

    connections: ConnectionTable
    prefix: bytes = b""
    """What the paths of this server are below (`Settings.path_prefix`)."""


def address_group(address: str) -> str:
    """What counts as one peer: an IPv4 address, or an IPv6 network of 64 bits."""
    if ":" not in address:
        return address
    try:
        found = ipaddress.IPv6Address(address.partition("%")[0])
    except ValueError:
        return address
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    if found.is_loopback:
        return str(found)
    return str(ipaddress.IPv6Network((int(found) >> 64 << 64, 64)))


def raise_descriptor_limit() -> None:
    """Let this process open as many descriptors as its hard limit and our cap allow."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = WANTED_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, WANTED_DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < most:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _overdue(connection: Connection, now: float) -> Ended | None:
    """The deadline a connection has passed; time in which we ourselves stopped reading is
    not counted against its peer."""
    if connection.transport.is_closing():
        connection.closing = connection.closing or now
        return Ended.UNREAD if now - connection.closing > CLOSING_SECONDS else None
    if connection.blocked and now - connection.blocked > WRITE_SECONDS:
        return Ended.UNREAD
    if connection.flow.read_paused:
        connection.since += SWEEP_SECONDS
        return None
    waited = now - connection.since
    if connection.reading is Reading.HEAD:
        return Ended.HEAD if waited > HEAD_SECONDS else None
    if connection.reading is Reading.BODY:
        return Ended.BODY if waited > BODY_SECONDS + connection.received / BODY_RATE else None
    idle = connection.reading is Reading.NOTHING and connection.use is None
    return Ended.IDLE if idle and waited > IDLE_SECONDS else None
