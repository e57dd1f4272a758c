"""Adding, removing and promoting members, each to one member that answers and never at another
after: whoever did not hear the answer looks at the members first."""

from __future__ import annotations

from typing import Final, TypeVar

import msgspec

from integrations.contract import IntegrationError, UpstreamRefused
from integrations.etcd.models import Header, Member, Request
from integrations.etcd.transport import Gateway

__all__ = ["Membership", "NotInSync", "Unsettled"]

T = TypeVar("T")
_SECONDS: Final = 15.0
_MEANS: Final = (
    (
        "not enough started members",
        (
            "with this change fewer members than are needed would be running; start the members "
            "that do not run first"
        ),
    ),
    (
        "too many learner members",
        "there is a learner already: promote or remove it first",
    ),
    ("Peer URLs already exists", "another member has this peer URL"),
    ("can only promote a learner", "it is no learner: it votes already"),
)


class NotInSync(UpstreamRefused):
    """The learner has not caught up yet: ask again."""


class Unsettled(UpstreamRefused):
    """Not all members have been connected for some seconds: ask again in a while."""


class _Add(Request, frozen=True, kw_only=True, rename={"learner": "isLearner"}):
    """`cluster/member/add`."""

    peerURLs: tuple[str, ...]  # noqa: N815 the gateway's spelling
    learner: bool


class _Named(Request, frozen=True, kw_only=True):
    """`cluster/member/remove` and `cluster/member/promote`."""

    ID: str


class _Added(msgspec.Struct, frozen=True):
    member: Member


class _Done(msgspec.Struct, frozen=True):
    header: Header = Header()


class Membership:
    """Who belongs to one cluster. Refusals are told in words that say what to do."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def add_learner(self, endpoint: str, peer_urls: tuple[str, ...]) -> Member:
        """Let a member that is yet to start belong to it, without a vote."""
        request = _Add(peerURLs=peer_urls, learner=True)
        return (await self._call(endpoint, "add", request, _Added)).member

    async def remove(self, endpoint: str, member: str) -> None:
        """Let it belong to it no more; `NotFound` where it does not."""
        await self._call(endpoint, "remove", _Named(ID=member), _Done)

    async def promote(self, endpoint: str, member: str) -> None:
        """Give a learner a vote; `NotInSync` until it has caught up."""
        await self._call(endpoint, "promote", _Named(ID=member), _Done)

    async def _call(self, endpoint: str, what: str, request: Request, answer: type[T]) -> T:
        try:
            return await self._gateway.call_at(
                endpoint, f"cluster/member/{what}", request, answer, deadline=_SECONDS
            )
        except IntegrationError as error:
            if "in sync with leader" in error.message:
                words = "the learner has not caught up with the leader yet"
                raise NotInSync(error.upstream, words) from error
            if "unhealthy cluster" in error.message:
                words = (
                    "etcd does not change its members while not all of them have been connected "
                    "for some seconds: bring the silent ones back"
                )
                raise Unsettled(error.upstream, words) from error
            means = next((words for text, words in _MEANS if text in error.message), "")
            if means:
                raise UpstreamRefused(error.upstream, f"{means} ({error.message})") from error
            raise
