"""What every receiver does, and which one a configuration means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, assert_never

from integrations.receivers.file import FileSender
from integrations.receivers.line import Line
from integrations.receivers.settings import (
    AnyReceiver,
    FileReceiver,
    SyslogReceiver,
    WebhookReceiver,
)
from integrations.receivers.syslog import SyslogSender
from integrations.receivers.webhook import WebhookSender

__all__ = ["Sender", "sender"]


class Sender(Protocol):
    """Takes lines to one receiver."""

    async def send(self, lines: Sequence[Line]) -> None:
        """Return when all are taken. Raises `IntegrationError`; then some may have been."""


def sender(settings: AnyReceiver) -> Sender:
    """Opens nothing yet."""
    match settings:
        case FileReceiver():
            return FileSender(settings)
        case SyslogReceiver():
            return SyslogSender(settings)
        case WebhookReceiver():
            return WebhookSender(settings)
        case _:
            assert_never(settings)
