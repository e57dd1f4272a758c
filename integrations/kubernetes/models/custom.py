"""The parts that every custom object has by convention, and those of the Gateway API's objects."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from integrations.kubernetes.models.meta import Meta, Slim

__all__ = ["CustomParts", "GatewayParts", "Route"]


class Stated(Slim):
    """A condition. Its `status` may be anything: what is no text is shown as JSON has it."""

    type: str = ""
    last_transition_time: datetime | None = None


class Judged(Slim):
    """Whatever has conditions."""

    conditions: list[Stated] = []


class CustomParts(Slim):
    """Of any custom object."""

    spec: dict[str, Any] = {}
    status: Judged = msgspec.field(default_factory=Judged)


class GatewayStatus(Judged):
    """What others say of a gateway, route or policy."""

    parents: list[Judged] = []
    ancestors: list[Judged] = []
    listeners: list[Judged] = []
    addresses: list[dict[str, Any]] = []


class GatewaySpec(Slim):
    """What a gateway or a route asks for."""

    hostnames: list[str] = []
    parent_refs: list[dict[str, Any]] = []
    rules: list[dict[str, Any]] = []
    listeners: list[dict[str, Any]] = []


class GatewayParts(Slim):
    """Of the Gateway API's objects."""

    spec: GatewaySpec = msgspec.field(default_factory=GatewaySpec)
    status: GatewayStatus = msgspec.field(default_factory=GatewayStatus)


class Route(Slim):
    """A route of the Gateway API, of whichever kind; what is inside is judged part by part."""

    metadata: Meta = msgspec.field(default_factory=Meta)
    spec: dict[str, Any] = {}
    status: dict[str, Any] = {}
