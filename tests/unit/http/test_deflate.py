"""Large messages are packed for browsers that take that, and only they."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest
import websockets
from websockets.exceptions import ConnectionClosedError
from websockets.frames import Frame, Opcode

from backend.http.deflate import LEAST, LargeMessages
from tests.unit.http.serving import served

MUCH, LITTLE = 10_000, 3
WORDS = "the same again, "


def test_only_large_messages_are_packed_each_by_itself() -> None:
    _, packing = LargeMessages().process_request_params([("client_max_window_bits", None)], [])
    small, large = Frame(Opcode.TEXT, b"x" * (LEAST - 1)), Frame(Opcode.TEXT, b"x" * LEAST)
    assert packing.encode(small) is small
    first, second = packing.encode(large), packing.encode(large)
    assert first.rsv1
    assert len(first.data) < LEAST / 20
    # The second does not lean on the first.
    assert bytes(first.data) == bytes(second.data)
    assert zlib.decompressobj(-15).decompress(second.data) == large.data


@pytest.mark.parametrize("compression", ["deflate", None])
async def test_browsers_read_both(tmp_path: Path, compression: str | None) -> None:
    async with (
        served(tmp_path) as server,
        websockets.connect(
            f"ws://127.0.0.1:{server.port}/live", compression=compression, max_size=None
        ) as client,
    ):
        agreed = client.response.headers.get("Sec-WebSocket-Extensions", "")
        assert ("server_no_context_takeover; client_no_context_takeover" in agreed) == bool(
            compression
        )
        for times in (MUCH, LITTLE, MUCH):
            await client.send(f"say {times}")
            assert await client.recv() == WORDS * times


async def test_a_small_message_that_unpacks_to_a_large_one_is_refused(tmp_path: Path) -> None:
    async with (
        served(tmp_path) as server,
        websockets.connect(f"ws://127.0.0.1:{server.port}/live") as client,
    ):
        await client.send("x" * 10_000_000)
        with pytest.raises(ConnectionClosedError) as ended:
            await client.recv()
    assert ended.value.rcvd is not None
    assert ended.value.rcvd.code == 1009
