from __future__ import annotations

from pathlib import Path

import pytest

from backend.live.bounded import BoundedFeed
from integrations.contract import (
    FeedState,
    Invalid,
    NotFound,
    UpstreamBusy,
    UpstreamDenied,
    UpstreamFailed,
)
from integrations.kubernetes import (
    Behind,
    ConnectionSettings,
    Expired,
    kind_of,
    parse_quantity,
)
from integrations.kubernetes.errors import from_response
from integrations.lines import Lines, LineTooLong
from tests.contract.kubernetes.harness import Recorder


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("100m", 0.1),
        ("2", 2.0),
        ("1.5", 1.5),
        ("2Gi", 2 * 2**30),
        ("128974848", 128974848.0),
        ("129e6", 129e6),
        ("129M", 129e6),
        ("123Mi", 123 * 2**20),
        ("1E", 1e18),
        ("5Ei", 5 * 2.0**60),
        ("250u", 250e-6),
        ("", 0.0),
        ("lots", 0.0),
        ("1e3", 1000.0),
        ("0.5Gi", 2**29),
        ("1E3", 1000.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("1_000", 0.0),
        ("inf", 0.0),
        ("nan", 0.0),
        ("1e999", 0.0),
    ],
)
def test_quantities(text: str, value: float):
    assert parse_quantity(text) == pytest.approx(value)


TOO_LARGE = b"""{"message":"Timeout: Too large resource version: 9, current: 7","reason":"Timeout",
"details":{"causes":[{"reason":"ResourceVersionTooLarge"}],"retryAfterSeconds":1},"code":504}"""


@pytest.mark.parametrize(
    ("code", "body", "error", "words"),
    [
        (401, b"", UpstreamDenied, "401"),
        (403, b'{"message":"no","reason":"Forbidden"}', UpstreamDenied, "no"),
        (404, b'{"message":"gone"}', NotFound, "gone"),
        (410, b"{}", Expired, "410"),
        (504, b'{"message":"Too large resource version: 9","code":504}', Behind, "caught up"),
        (504, TOO_LARGE, Behind, "(version 9 was asked for, it has 7)"),
        (504, b'{"message":"Timeout: slow","reason":"Timeout"}', UpstreamFailed, "slow"),
        (400, b"plain words", Invalid, "plain words"),
        (429, b"{}", UpstreamBusy, "429"),
        (500, b"\xff", UpstreamFailed, "500"),
        (302, b"", UpstreamFailed, "302"),
    ],
)
def test_answers_become_typed_errors(code: int, body: bytes, error: type[Exception], words: str):
    found = from_response('Kubernetes "c"', code, body)
    assert type(found) is error
    assert words in str(found)
    assert str(found).startswith('Kubernetes "c": ')


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_lines_do_not_depend_on_how_they_were_cut(size: int):
    data = b"one\n\ntwo two\nthree\nrest"
    lines = Lines(100)
    found = [line for i in range(0, len(data), size) for line in lines.feed(data[i : i + size])]
    assert found == [b"one", b"two two", b"three"]


def test_a_line_has_a_limit():
    lines = Lines(8)
    assert lines.feed(b"1234\n5678") == [b"1234"]
    with pytest.raises(LineTooLong):
        lines.feed(b"90123")


def test_newest_keeps_the_newest_whatever_the_order():
    feed = Recorder()
    newest: BoundedFeed[float] = BoundedFeed(feed, 3, lambda moment: moment)
    for key, moment in (("a", 5.0), ("b", 1.0), ("c", 3.0), ("d", 2.0), ("e", 4.0)):
        newest.put(key, moment)
    assert set(feed.rows) == {"a", "c", "e"}
    newest.put("c", 9.0)
    newest.put("f", 6.0)
    assert set(feed.rows) == {"a", "c", "f"}
    newest.delete("a")
    newest.delete("b")
    assert set(feed.rows) == {"c", "f"}
    newest.begin()
    newest.put("f", 6.0)
    newest.put("g", 1.0)
    newest.commit()
    assert set(feed.rows) == {"f", "g"}
    newest.state(FeedState.LIVE)
    assert feed.now is FeedState.LIVE


def test_newest_is_bounded_under_updates_of_the_same():
    newest: BoundedFeed[float] = BoundedFeed(Recorder(), 3, lambda moment: moment)
    for moment in range(1000):
        newest.put("a", float(moment))
    assert len(newest._heap) < 100


def test_settings_want_exactly_one_way_in():
    with pytest.raises(ValueError, match="one of kubeconfig"):
        ConnectionSettings(name="a")
    with pytest.raises(ValueError, match="one of kubeconfig"):
        ConnectionSettings(name="a", kubeconfig=Path("x"), in_cluster=True)
    with pytest.raises(ValueError, match="pattern"):
        ConnectionSettings(name="A b", in_cluster=True)


def test_kinds_are_found_by_their_name():
    pods = kind_of("v1", "Pod")
    assert pods is not None
    assert pods.plural == "pods"
    assert kind_of("v1", "Widget") is None
    assert kind_of("apps.kruise.io/v1beta1", "StatefulSet") is None
