"""Odd keys and texts as a real etcd holds them."""

import base64

import msgspec
import pytest

from integrations.contract import FeedState
from integrations.etcd.keytext import key_bytes, key_text
from integrations.etcd.value import Form, safe_view
from tests.contract.etcd.recording import until

pytestmark = pytest.mark.stack

LONG = b"/odd/" + b"k" * 9_000
KEYS = (
    b"/odd/\xff\xfe/leaf", b"/odd/line\nbreak", b"/odd//double", b"/odd/trailing/", b"odd", b"//",
    b"/odd/\x00", "/odd/\u202egnp".encode(), "/odd/prix\u00a0\u20ac".encode(), rb"/odd/\xff", LONG,
)  # fmt: skip
VALUES = {
    b"/text/nbsp": "prix\u00a0: 10\u202f000\u00a0\u20ac".encode(),
    b"/text/sjis": "\u8a2d\u5b9a\u30d5\u30a1\u30a4\u30eb".encode("shift_jis"),
    b"/text/decimal": b'{"price": 1.10, "a": 1, "a": 2}',
    b"/text/document": (
        '\ufeff{"team": "\U0001f469\u200d\U0001f680\u00a0B", "f": "\u202egnp"}'
    ).encode(),
}


async def put(cluster, connection, key: bytes, value: bytes) -> None:
    """A key of any bytes: a command line takes no NUL."""
    body = {"key": base64.b64encode(key).decode(), "value": base64.b64encode(value).decode()}
    gateway = connection.client.gateway
    await gateway._post(cluster.endpoints[0], "kv/put", msgspec.json.encode(body), "", None)


async def test_odd_keys_lie_in_their_folders_and_open(real, watch):
    cluster = await real(size=1)
    connection, feeds = watch(cluster.settings())
    await until(lambda: feeds.keys.now is FeedState.LIVE)
    for key in KEYS:
        await put(cluster, connection, key, b"v")
    await until(lambda: len(connection.index) == len(KEYS))
    for key in KEYS:
        path = key_text(key)
        assert path in feeds.keys.rows
        held, _ = await connection.client.value(key_bytes(path))
        assert held.key == key
    listed, _ = connection.index.listing("/odd/", None, 100)
    assert {child.path for child in listed} == {
        r"/odd/\xff\xfe/", r"/odd/line\x0abreak", "/odd//", "/odd/trailing/", r"/odd/\x00",
        r"/odd/\xe2\x80\xaegnp", "/odd/prix\u00a0\u20ac", r"/odd/\x5cxff", LONG.decode(),
    }  # fmt: skip
    (leaf,), _ = connection.index.listing(r"/odd/\xff\xfe/", None, 100)
    assert leaf.name == "leaf"


async def test_values_are_told_as_they_are_stored(real, watch):
    cluster = await real(size=1)
    connection, feeds = watch(cluster.settings())
    await until(lambda: feeds.keys.now is FeedState.LIVE)
    shown = {}
    for key, value in VALUES.items():
        await put(cluster, connection, key, value)
        held, _ = await connection.client.value(key)
        shown[key] = safe_view(key, held.value)
    assert shown[b"/text/nbsp"].text == VALUES[b"/text/nbsp"].decode()
    assert (shown[b"/text/sjis"].form, shown[b"/text/sjis"].encoding) == (Form.BINARY, "Shift-JIS")
    assert shown[b"/text/decimal"].raw == VALUES[b"/text/decimal"].decode()
    assert '"price": 1.10' in shown[b"/text/decimal"].text
    assert shown[b"/text/decimal"].text.count('"a"') == 2
    document = shown[b"/text/document"]
    assert '"team": "\U0001f469\u200d\U0001f680\u00a0B"' in document.text
    assert r'"f": "\u202egnp"' in document.text
    assert document.note.startswith("begins with a byte order mark; hidden characters")
