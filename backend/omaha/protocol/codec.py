"""Omaha v3 requests: XML to typed values, strict about size, tolerant about content.

Wire contract: reference updates 3.1, 3.2. A body is refused (`MalformedRequest`, answered
400) when it is not well-formed, has a document type, or exceeds a limit. Unknown elements
and attributes are ignored and missing ones empty: clients differ.
"""

from __future__ import annotations

import re
from typing import Final
from xml.parsers.expat import ExpatError, ParserCreate

import msgspec

from backend.omaha.domain.model import Arch, OmahaEvent
from backend.omaha.protocol import attributes

MAX_BODY: Final = 65_536
MAX_DEPTH: Final = 8
MAX_ELEMENTS: Final = 256
MAX_ATTRIBUTES: Final = 64
MAX_APPS: Final = 16
MAX_EVENTS: Final = 32
MAX_APPID: Final = 128

FORCED_SOURCE: Final = "ondemandupdate"

_SYNCER: Final = re.compile(r"\{[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}")
_SYNCER_AGENT: Final = "CoreOSUpdateEngine-"
_BOARDS: Final = {"amd64-usr": Arch.AMD64, "arm64-usr": Arch.AARCH64}
_ARCHES: Final = {
    "x64": Arch.AMD64,
    "amd64": Arch.AMD64,
    "x86_64": Arch.AMD64,
    "x86": Arch.X86,
    "386": Arch.X86,
    "i686": Arch.X86,
    "arm": Arch.AARCH64,
    "arm64": Arch.AARCH64,
    "aarch64": Arch.AARCH64,
}
_INT32: Final = 1 << 32


class MalformedRequest(ValueError):
    """The body is no acceptable Omaha request; the message says why, for the client's log."""


class AppRequest(msgspec.Struct):
    """One application's part of a request. `appid` is as sent; `key` for look-up."""

    appid: str
    key: str
    release: str
    track: str
    machine_id: str
    board: str
    oem: str = ""
    oem_version: str = ""
    aleph_version: str = ""
    alias: str = ""
    multi_manifest: bool = False
    ping: bool = False
    check: bool = False
    events: tuple[OmahaEvent, ...] = ()
    arch: Arch = Arch.AMD64

    is_syncer: bool = False
    """A server that mirrors packages, not a machine (updates 2.3)."""


class OmahaRequest(msgspec.Struct):
    """A parsed request with at least one application."""

    apps: list[AppRequest]
    forced: bool = False
    platform: str = ""
    protocol: str = ""


def parse(body: bytes) -> OmahaRequest:
    """The request in `body`; raises `MalformedRequest`."""
    if len(body) > MAX_BODY:
        raise MalformedRequest(f"The body is over {MAX_BODY} bytes.")
    try:
        return _read(body)
    except MalformedRequest:
        mended = attributes.mend(body)
        if mended is None:
            raise
    return _read(mended)


def _read(body: bytes) -> OmahaRequest:
    reader = _Reader()
    parser = ParserCreate()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.StartDoctypeDeclHandler = reader.doctype
    try:
        parser.Parse(body, True)
    except ExpatError as error:
        raise MalformedRequest(f"Not well-formed XML: {error}.") from error
    except (ValueError, LookupError) as error:
        if isinstance(error, MalformedRequest):
            raise
        raise MalformedRequest("The encoding is not supported.") from error
    return reader.finish()


def resolve_arch(board: str, os_arch: str) -> Arch:
    """The machine's architecture: board, else the os arch, else amd64 (updates 3.2)."""
    return _BOARDS.get(board) or _ARCHES.get(os_arch.lower()) or Arch.AMD64


def application_key(appid: str) -> str:
    """The form application ids are compared in: no braces, lower case (updates 3.1)."""
    return appid.strip("{}").lower()


def _asks_as_syncer(app: AppRequest) -> bool:
    """Whether it asks as a Nebraska that mirrors does: a braced UUID as id, and no board, ping
    or event. A machine cannot put on braces to escape rate, safe mode, pause and filters."""
    silent = not (app.board or app.ping or app.events)
    return silent and _SYNCER.fullmatch(app.machine_id) is not None


def _bare(machine_id: str) -> str:
    """A machine's id without the braces some clients put around it: with or without, it is one
    machine."""
    return machine_id.strip("{}")


class _Reader:
    """Collects a request from parser callbacks."""

    __slots__ = ("apps", "depth", "elements", "in_app", "os", "request")

    def __init__(self) -> None:
        self.depth = 0
        self.elements = 0
        self.in_app = False
        self.request: dict[str, str] | None = None
        self.os: dict[str, str] = {}
        self.apps: list[AppRequest] = []

    def doctype(self, *_: object) -> None:
        raise MalformedRequest("A document type declaration is not accepted.")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        self.elements += 1
        if self.depth > MAX_DEPTH:
            raise MalformedRequest(f"Elements are nested over {MAX_DEPTH} deep.")
        if self.elements > MAX_ELEMENTS:
            raise MalformedRequest(f"There are over {MAX_ELEMENTS} elements.")
        if len(attributes) > MAX_ATTRIBUTES:
            raise MalformedRequest(f"An element has over {MAX_ATTRIBUTES} attributes.")
        if self.depth == 3 and self.in_app:
            self._within_app(name, attributes)
        elif self.depth == 2:
            if name == "app":
                self._app(attributes)
            elif name == "os":
                self.os = attributes
        elif self.depth == 1:
            if name != "request":
                raise MalformedRequest("The root element is not <request>.")
            self.request = attributes

    def end(self, name: str) -> None:
        if self.depth == 2 and name == "app":
            self.in_app = False
        self.depth -= 1

    def finish(self) -> OmahaRequest:
        request = self.request or {}
        if not self.apps:
            raise MalformedRequest("There is no <app> in the request.")
        os_arch = self.os.get("arch", "")
        mirror = request.get("version", "").startswith(_SYNCER_AGENT)
        for app in self.apps:
            app.arch = resolve_arch(app.board, os_arch)
            if app.machine_id[:1] == "{":
                app.is_syncer = mirror and _asks_as_syncer(app)
                app.machine_id = app.machine_id if app.is_syncer else _bare(app.machine_id)
        return OmahaRequest(
            self.apps,
            request.get("installsource") == FORCED_SOURCE,
            self.os.get("platform", "")[:64],
            request.get("protocol", ""),
        )

    def _app(self, attributes: dict[str, str]) -> None:
        if len(self.apps) >= MAX_APPS:
            raise MalformedRequest(f"There are over {MAX_APPS} applications.")
        self.in_app = True
        get = attributes.get
        appid = get("appid", "")
        if len(appid) > MAX_APPID:
            raise MalformedRequest(f"An appid is over {MAX_APPID} characters.")
        self.apps.append(
            AppRequest(
                appid,
                application_key(appid),
                get("version", ""),
                get("track", ""),
                get("machineid", ""),
                get("board", ""),
                get("oem", "")[:64],
                get("oemversion", "")[:64],
                get("alephversion", "")[:64],
                get("machinealias", "")[:256],
                get("multi_manifest_ok", "") == "true",
            )
        )

    def _within_app(self, name: str, attributes: dict[str, str]) -> None:
        app = self.apps[-1]
        if name == "ping":
            app.ping = True
        elif name == "updatecheck":
            app.check = True
        elif name == "event":
            if len(app.events) >= MAX_EVENTS:
                raise MalformedRequest(f"An application reports over {MAX_EVENTS} events.")
            app.events += (_event(attributes),)


def _event(attributes: dict[str, str]) -> OmahaEvent:
    get = attributes.get
    return OmahaEvent(
        _number(get("eventtype", "")),
        _number(get("eventresult", "")),
        get("previousversion", "")[:64],
        _number(get("errorcode", "0")),
    )


def _number(text: str) -> int:
    """A signed 32-bit number, wrapped as C does; what is no number is -1, an unknown code."""
    if len(text) > 20:
        return -1
    try:
        value = int(text)
    except ValueError:
        return -1
    return (value + _INT32 // 2) % _INT32 - _INT32 // 2
