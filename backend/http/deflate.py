"""Large messages of the live socket are compressed, each by itself (RFC 7692).

A table's first answer is some 90 KB of much the same words: a tenth of it packed, which on a slow
line is half a second. What follows, the changes, is small and goes to many at once: packing it
would cost the console more than the line gains. Nothing is kept between messages, so an idle tab
costs no window.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from websockets.extensions.permessage_deflate import (
    PerMessageDeflate,
    ServerPerMessageDeflateFactory,
)
from websockets.frames import Frame

__all__ = ["LEAST", "LargeMessages"]

LEAST: Final = 32 * 1024
"""Bytes of a message that is worth it: above what one flush of changes has."""


class LargeMessages(ServerPerMessageDeflateFactory):
    """Offers the extension, without a window that outlives a message in either direction."""

    def __init__(self) -> None:
        super().__init__(
            server_no_context_takeover=True,
            client_no_context_takeover=True,
            client_max_window_bits=12,
            compress_settings={"level": 3},
        )

    def process_request_params(
        self, params: Sequence[Any], accepted_extensions: Sequence[Any]
    ) -> tuple[list[Any], PerMessageDeflate]:
        """What the client is told, and the extension of this socket."""
        answer, agreed = super().process_request_params(params, accepted_extensions)
        return answer, _LargeOnly(
            agreed.remote_no_context_takeover,
            agreed.local_no_context_takeover,
            agreed.remote_max_window_bits,
            agreed.local_max_window_bits,
            agreed.compress_settings,
        )


class _LargeOnly(PerMessageDeflate):
    """A message may be sent as it is at any time (RFC 7692, 6.1): small ones are."""

    def encode(self, frame: Frame) -> Frame:
        """The frame as it is sent; a message is one frame here."""
        return super().encode(frame) if len(frame.data) >= LEAST else frame
