"""Prometheus metrics of hosted payloads."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter

__all__ = ["SENT_BYTES", "SERVED"]

SERVED: Final = Counter(
    "craton_updates_payload_requests", "Requests for hosted payloads, by status.", ("status",)
)
SENT_BYTES: Final = Counter(
    "craton_updates_payload_bytes", "Bytes of hosted payloads handed to machines."
)
