"""What all objects share. Only what the console shows is decoded; the rest is skipped.

The structs are transient: a watcher decodes one, the backend projects it to a row, and it
is gone. Objects whose lists are `null` are repaired by `integrations.kubernetes.decode`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

_OWN: Final = re.compile(r"(^|\.)k8s\.io$")

__all__ = [
    "AnnotatedMeta",
    "Condition",
    "LabelSelector",
    "Meta",
    "Metadata",
    "Owner",
    "Requirement",
    "Slim",
    "controller",
    "find_condition",
    "key_of",
    "seconds",
]


class Slim(msgspec.Struct, rename="camel", gc=False):
    """Base of the decoded parts: camelCase on the wire, unknown fields skipped."""


class Owner(Slim):
    """One of the objects that own another."""

    kind: str = ""
    name: str = ""
    uid: str = ""
    api_version: str = ""
    controller: bool = False

    @property
    def group(self) -> str:
        """The API group of its kind; empty for the core's."""
        return self.api_version.rpartition("/")[0]

    @property
    def text(self) -> str:
        """``Deployment/web``; of a kind that Kubernetes does not bring along with its group,
        as kubectl writes it: ``Cluster.postgresql.cnpg.io/main``."""
        group = f".{self.group}" if "." in self.group and not _OWN.search(self.group) else ""
        return f"{self.kind}{group}/{self.name}"


class Meta(Slim):
    """ObjectMeta, without annotations (large, and for secrets they may repeat the data)."""

    name: str = ""
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    generation: int = 0
    creation_timestamp: datetime | None = None
    deletion_timestamp: datetime | None = None
    deletion_grace_period_seconds: int = 0
    labels: dict[str, str] = {}
    owner_references: list[Owner] = []
    finalizers: list[str] = []

    @property
    def told_to_go(self) -> datetime | None:
        """When its deletion was asked for: `deletion_timestamp` is that and the time it was given
        to end (only pods have one), so it may lie ahead."""
        due, grace = self.deletion_timestamp, self.deletion_grace_period_seconds
        try:
            return None if due is None else due - timedelta(seconds=max(0, grace))
        except OverflowError:
            return due


class AnnotatedMeta(Meta):
    """ObjectMeta with annotations, for the kinds where one means something to us."""

    annotations: dict[str, str] = {}


class Condition(Slim):
    """One condition of a status; `status` is ``True``, ``False`` or ``Unknown``."""

    type: str = ""
    status: str = ""
    reason: str = ""
    message: str = ""
    last_transition_time: datetime | None = None


class Requirement(Slim):
    """One expression of a label selector."""

    key: str = ""
    operator: str = ""
    values: list[str] = []


class LabelSelector(Slim):
    """A label selector as workloads hold it; both parts must hold."""

    match_labels: dict[str, str] = {}
    match_expressions: list[Requirement] = []


class Metadata(Slim):
    """PartialObjectMetadata: an object of which only the metadata was read."""

    metadata: Meta = msgspec.field(default_factory=Meta)


def controller(meta: Meta) -> Owner | None:
    """The owner that controls the object, if any."""
    for owner in meta.owner_references:
        if owner.controller:
            return owner
    return None


def find_condition(conditions: Sequence[Condition], name: str, status: str) -> Condition | None:
    """The condition of that type, if it has that status."""
    return next((c for c in conditions if c.type == name and c.status == status), None)


def key_of(meta: Meta) -> str:
    """``namespace/name``, or the name alone for a cluster-scoped object."""
    return f"{meta.namespace}/{meta.name}" if meta.namespace else meta.name


def seconds(moment: datetime | None) -> float | None:
    """Unix seconds of a timestamp; None of what Go writes for no time at all (the year 1), and of
    anything else before 1970."""
    at = 0.0 if moment is None else moment.timestamp()
    return at if at > 0 else None
