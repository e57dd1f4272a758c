"""What metrics-server measures of nodes and pods: cores and bytes, by container.

The API `metrics.k8s.io` has neither pages nor watches: a kind is read whole. An item that cannot be
read costs no other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final, TypeVar

import msgspec

from integrations.contract import UpstreamFailed
from integrations.kubernetes.client import KubernetesClient
from integrations.kubernetes.models.meta import Slim, seconds
from integrations.kubernetes.quantity import parse_quantity

__all__ = ["METRICS", "ContainerUsage", "NodeUsage", "PodUsage", "nodes_used", "pods_used"]

U = TypeVar("U")

METRICS: Final = "metrics.k8s.io"
"""The API's group."""
_PATH: Final = f"/apis/{METRICS}/v1beta1"
_SECONDS: Final = 20.0
_MOST_BYTES: Final = 64 * 1024 * 1024
"""About 100,000 pods, whose labels come with them."""


class ContainerUsage(msgspec.Struct, frozen=True, gc=False):
    """What a container uses: cores, and bytes of its working set."""

    name: str
    cpu: float
    memory: float


class NodeUsage(msgspec.Struct, frozen=True, gc=False):
    """What a node uses. `at`: when it was measured, in Unix seconds."""

    name: str
    at: float
    cpu: float
    memory: float


class PodUsage(msgspec.Struct, frozen=True):
    """What the containers of a pod use. `at`: when they were measured, in Unix seconds."""

    namespace: str
    name: str
    at: float
    containers: tuple[ContainerUsage, ...]

    @property
    def cpu(self) -> float:
        """Cores of all its containers."""
        return sum(container.cpu for container in self.containers)

    @property
    def memory(self) -> float:
        """Bytes of all its containers."""
        return sum(container.memory for container in self.containers)


class _Meta(Slim):
    name: str = ""
    namespace: str = ""


class _Used(Slim):
    cpu: str
    memory: str


class _Container(Slim):
    usage: _Used
    name: str = ""


class _Node(Slim):
    metadata: _Meta
    usage: _Used
    timestamp: datetime | None = None


class _Pod(Slim):
    metadata: _Meta
    timestamp: datetime | None = None
    containers: list[_Container] = []


class _List(msgspec.Struct):
    items: list[msgspec.Raw]


_LIST: Final = msgspec.json.Decoder(_List)
_NODE: Final = msgspec.json.Decoder(_Node)
_POD: Final = msgspec.json.Decoder(_Pod)


_DIGITS: Final = re.compile(r"[0-9]{1,20}")
_AMOUNT: Final = re.compile(
    r"[0-9]{1,20}(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2}|[numkMGTPE]|[KMGTPE]i)?"
)


class _NoAmountError(Exception):
    """What is used cannot be read: it is not told, rather than told as nothing."""


async def nodes_used(client: KubernetesClient) -> Iterator[NodeUsage]:
    """What every node uses that is measured; each is decoded when it is taken."""
    return _each(await _items(client, "nodes"), _node)


async def pods_used(client: KubernetesClient) -> Iterator[PodUsage]:
    """What every pod uses that is measured; each is decoded when it is taken."""
    return _each(await _items(client, "pods"), _pod)


async def _items(client: KubernetesClient, plural: str) -> list[msgspec.Raw]:
    """`NotFound` where nobody serves the API."""
    limits = client.settings.limits
    body = await client.api.get(
        f"{_PATH}/{plural}",
        purpose="metrics",
        deadline=min(_SECONDS, limits.page_deadline),
        max_bytes=min(_MOST_BYTES, limits.page_bytes),
    )
    try:
        return _LIST.decode(body).items
    except msgspec.MsgspecError as error:
        why = f"answered metrics we cannot read: {error}"
        raise UpstreamFailed(client.upstream, why) from error


def _each(items: list[msgspec.Raw], read: Callable[[msgspec.Raw], U]) -> Iterator[U]:
    for item in items:
        try:
            yield read(item)
        except (msgspec.MsgspecError, _NoAmountError):
            continue


def _node(item: msgspec.Raw) -> NodeUsage:
    found = _NODE.decode(item)
    return NodeUsage(found.metadata.name, seconds(found.timestamp) or 0.0, *_amounts(found.usage))


def _pod(item: msgspec.Raw) -> PodUsage:
    found = _POD.decode(item)
    return PodUsage(
        found.metadata.namespace,
        found.metadata.name,
        seconds(found.timestamp) or 0.0,
        tuple(ContainerUsage(one.name, *_amounts(one.usage)) for one in found.containers),
    )


def _amounts(used: _Used) -> tuple[float, float]:
    return _amount(used.cpu, "n", 1e-9), _amount(used.memory, "Ki", 1024.0)


def _amount(text: str, suffix: str, factor: float) -> float:
    """metrics-server writes these suffixes, nearly always another number: remembering what a text
    means, as `parse_quantity` does, would only push out what is asked again."""
    digits = text.removesuffix(suffix)
    if digits is not text and _DIGITS.fullmatch(digits):
        return int(digits) * factor
    if not _AMOUNT.fullmatch(text):
        raise _NoAmountError(text[:40])
    return parse_quantity(text)
