"""What of an object could not be read, in words (issue 9, kind 8). Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import msgspec

from integrations.kubernetes import ResourceKind
from integrations.kubernetes.models.custom import CustomParts, GatewayParts
from integrations.kubernetes.summaries.routes import GATEWAY_API
from integrations.lenient import MOST_FAULTS, convert

__all__ = ["unread_parts"]


def unread_parts(raw: dict[str, Any], kind: ResourceKind, faults: Sequence[str]) -> list[str]:
    """A sentence for each part that the page lacks because it is not as declared: `faults` are
    those of the object's model. Of custom objects, whose documents are free, it is what this page
    shows of every one: `spec`, `status` and its conditions."""
    found = list(faults)
    if kind.custom:
        found += _of_custom(raw, GatewayParts if kind.group == GATEWAY_API else CustomParts)
    return [_sentence(fault) for fault in dict.fromkeys(found)]


def _of_custom(raw: dict[str, Any], model: type[Any]) -> Sequence[str]:
    parts = {name: raw[name] for name in ("spec", "status") if name in raw}
    try:
        return convert(parts, model, size=len(json.dumps(parts)))[1]
    except msgspec.MsgspecError as error:
        return [f"more than {MOST_FAULTS} parts of its spec and status: {error}"]


def _sentence(fault: str) -> str:
    where, _, why = fault.partition(": ")
    return f"{where} could not be read: {why}"
