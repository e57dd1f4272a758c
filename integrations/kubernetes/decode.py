"""From bytes of the API server to typed structs, one object at a time."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final, Generic, TypeVar, cast

import msgspec
import structlog

from integrations.kubernetes.errors import Status
from integrations.kubernetes.models.meta import Slim
from integrations.lenient import convert

__all__ = ["Decoders", "EventLine", "ListMeta", "ListPage", "Mark", "Unreadable"]

T = TypeVar("T")

INITIAL_END = "k8s.io/initial-events-end"
_MOST_FAULTS: Final = 200
"""Parts that may be left out of one page of hundreds of objects."""

_IDENTITY: Final = re.compile(
    r"((items|rows)\[\d+\]\.)?(object\.)?metadata(\.(name|namespace|resourceVersion))?: "
)
"""Without these an object is not known to be itself."""
_NUMBER: Final = re.compile(r"\[\d+\]")

_log = structlog.get_logger("craton.kubernetes")


class Unreadable(Exception):  # names what happened
    """One object could not be decoded; the others are not affected."""


class EventLine(msgspec.Struct, Generic[T], gc=False):
    """ADDED, MODIFIED or DELETED with its object."""

    type: str
    object: T


class _MarkMeta(Slim):
    resource_version: str = ""
    annotations: dict[str, str] = {}


class _MarkObject(Slim):
    metadata: _MarkMeta = msgspec.field(default_factory=_MarkMeta)


class Mark(msgspec.Struct):
    """A bookmark: we have seen everything up to `resource_version`."""

    object: _MarkObject

    @property
    def resource_version(self) -> str:
        """Where the watch can be resumed."""
        return self.object.metadata.resource_version

    @property
    def ends_initial(self) -> bool:
        """Whether the initial events of a streaming list end here."""
        return self.object.metadata.annotations.get(INITIAL_END) == "true"


class _Failure(msgspec.Struct):
    object: Status


class ListMeta(Slim):
    """Of a page: how it goes on."""

    resource_version: str = ""
    continue_: str = msgspec.field(default="", name="continue")
    remaining_item_count: int | None = None


class ListPage(msgspec.Struct, Generic[T]):
    """One page of a listing."""

    items: list[T] = []
    metadata: ListMeta = msgspec.field(default_factory=ListMeta)

    @property
    def next(self) -> str:
        """The continue token, empty on the last page."""
        return self.metadata.continue_


class Decoders(Generic[T]):
    """The decoders for one model, made once."""

    def __init__(self, model: type[T]) -> None:
        # The parametrised types exist at run time only, which is what msgspec compiles.
        self._event_type: Any = cast("Any", EventLine)[model]
        self._page_type: Any = cast("Any", ListPage)[model]
        self._one_type: Any = model
        self._event = msgspec.json.Decoder(self._event_type)
        self._page = msgspec.json.Decoder(self._page_type)
        self._one = msgspec.json.Decoder(self._one_type)

    def event(self, line: bytes) -> EventLine[T] | Mark | Status:
        """One line of a watch; raises `Unreadable`."""
        # The API server writes the type first, always. Anything else still decodes below.
        if line.startswith(b'{"type":"BOOKMARK"'):
            mark: Mark = _decode(line, Mark)
            return mark
        if line.startswith(b'{"type":"ERROR"'):
            failure: _Failure = _decode(line, _Failure)
            return failure.object
        try:
            decoded: EventLine[T] = self._event.decode(line)
        except msgspec.MsgspecError:
            return self._second_try(line)
        return decoded

    def page(self, body: bytes) -> ListPage[T]:
        """A listing; raises `Unreadable`."""
        try:
            decoded: ListPage[T] = self._page.decode(body)
        except msgspec.MsgspecError:
            decoded = _decode(body, self._page_type)
        return decoded

    def one(self, body: bytes) -> T:
        """A single object; raises `Unreadable`."""
        return self.read(body)[0]

    def read(self, body: bytes) -> tuple[T, tuple[str, ...]]:
        """A single object, and a sentence about each part that was left out because it is not as
        declared; raises `Unreadable`."""
        try:
            decoded: T = self._one.decode(body)
        except msgspec.MsgspecError:
            return _convert(_loose(body), self._one_type, len(body))
        return decoded, ()

    def _second_try(self, line: bytes) -> EventLine[T] | Mark | Status:
        loose = _loose(line)
        kind = loose.get("type") if isinstance(loose, dict) else None
        wanted: Any = {"BOOKMARK": Mark, "ERROR": _Failure}.get(str(kind), self._event_type)
        found: EventLine[T] | Mark | _Failure = _convert(loose, wanted, len(line))[0]
        return found.object if isinstance(found, _Failure) else found


def _decode(data: bytes, model: Any) -> Any:
    return _convert(_loose(data), model, len(data))[0]


def _loose(data: bytes) -> Any:
    try:
        return msgspec.json.decode(data)
    except msgspec.MsgspecError as error:
        raise Unreadable(str(error)) from error


def _convert(loose: Any, model: Any, size: int) -> tuple[Any, tuple[str, ...]]:
    try:
        found, faults = convert(loose, model, size=size, limit=_MOST_FAULTS)
    except msgspec.MsgspecError as error:
        raise Unreadable(str(error)) from error
    for fault in faults:
        if _IDENTITY.match(fault):
            raise Unreadable(fault)
        _say_once(str(model), _NUMBER.sub("[]", fault))
    return found, faults


@lru_cache(maxsize=256)
def _say_once(model: str, fault: str) -> None:
    _log.warning("left out of an object: not as declared", model=model, fault=fault)
