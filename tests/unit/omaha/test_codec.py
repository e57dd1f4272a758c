from __future__ import annotations

import time
import tracemalloc
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.omaha.domain.model import Arch, OmahaEvent
from backend.omaha.protocol import codec
from backend.omaha.protocol.codec import MalformedRequest, parse
from tests.omaha_world import CHECK, PING, body, event, mirror


def test_a_check_as_update_engine_sends_it() -> None:
    request = parse(body(1, "4459.2.0", PING, CHECK, event(3, 2, "0.0.0.0"), alias="n1"))
    app = request.apps[0]
    assert request.platform == "CoreOS"
    assert not request.forced
    assert (app.release, app.track, app.oem, app.alias) == ("4459.2.0", "stable", "qemu", "n1")
    assert app.key == "e96281a6-d1af-4bde-9a0a-97b76e56dc57"
    assert app.appid == "{e96281a6-d1af-4bde-9a0a-97b76e56dc57}"
    assert (app.ping, app.check, app.events) == (True, True, (OmahaEvent(3, 2, "0.0.0.0", 0),))


@pytest.mark.parametrize(
    "appid",
    [
        "{e96281a6-d1af-4bde-9a0a-97b76e56dc57}",
        "e96281a6-d1af-4bde-9a0a-97b76e56dc57",
        "{E96281A6-D1AF-4BDE-9A0A-97B76E56DC57}",
    ],
)
def test_application_ids_match_with_or_without_braces_in_any_case(appid: str) -> None:
    app = parse(body(1, "1.0.0", appid=appid)).apps[0]
    assert (app.appid, app.key) == (appid, "e96281a6-d1af-4bde-9a0a-97b76e56dc57")


@pytest.mark.parametrize(
    ("board", "os_arch", "expected"),
    [
        ("amd64-usr", "", Arch.AMD64),
        ("arm64-usr", "x64", Arch.AARCH64),
        ("", "x64", Arch.AMD64),
        ("", "arm64", Arch.AARCH64),
        ("", "arm", Arch.AARCH64),
        ("", "x86", Arch.X86),
        ("", "386", Arch.X86),
        ("", "x86_64", Arch.AMD64),
        ("", "", Arch.AMD64),
        ("mystery", "riscv", Arch.AMD64),
    ],
)
def test_architecture_is_board_then_os_then_amd64(board, os_arch, expected) -> None:
    assert codec.resolve_arch(board, os_arch) is expected


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("268435466", 268435466),
        ("-2147483611", -2147483611),
        ("2147483685", -2147483611),
        ("99999999999999999999999", -1),
        ("", -1),
        ("ten", -1),
    ],
)
def test_error_codes_are_signed_32_bit(text: str, number: int) -> None:
    content = body(1, "1.0.0", f'<event eventtype="3" eventresult="0" errorcode="{text}"/>')
    assert parse(content).apps[0].events[0].error_code == number


def test_forced_checks_and_syncers_are_recognised() -> None:
    assert parse(body(1, "1.0.0", CHECK, source="ondemandupdate")).forced
    assert parse(mirror("1.0.0")).apps[0].is_syncer
    uuid = "aa11e64c-2266-4785-a282-9e2024660e03"
    for plain in ("00" * 16, "{fake-client-001}", "{" + uuid + "}", ""):
        app = parse(body(plain, "1.0.0", CHECK)).apps[0]
        assert not app.is_syncer, "braces make no mirror of a machine"
        assert app.machine_id == plain.strip("{}")
    pinging = mirror("1.0.0").replace(b"<updatecheck>", b'<ping active="1"/><updatecheck>')
    assert not parse(pinging).apps[0].is_syncer


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<",
        b"hello",
        b"<request/>",
        b"<answer><app/></answer>",
        b'<!DOCTYPE request [<!ENTITY a "b">]><request><app appid="&a;"/></request>',
        b'<!DOCTYPE request SYSTEM "file:///etc/passwd"><request><app/></request>',
        b'<request><app appid="a" x="<"/></request>',
        b'<?xml version="1.0" encoding="utf-99"?><request><app/></request>',
        b"<request>" + b"<app/>" * 17 + b"</request>",
        b"<request>" + b"<a>" * 10 + b"</a>" * 10 + b"<app/></request>",
        b"<request><app>" + b"<event/>" * 33 + b"</app></request>",
        b'<request><app appid="' + b"a" * 200 + b'"/></request>',
        b"<request><app " + b" ".join(b'a%d=""' % n for n in range(70)) + b"/></request>",
        b"<request><app/></request>" + b" " * 66_000,
    ],
)
def test_what_is_refused_says_why(content: bytes) -> None:
    with pytest.raises(MalformedRequest, match=r"\w+ .*\."):
        parse(content)


def test_unknown_elements_and_attributes_are_ignored() -> None:
    content = (
        b'<request a="b"><hw/><app appid="x" new="1"><data/><disabled/><updatecheck new="2">'
        b"<deep/></updatecheck></app></request>"
    )
    app = parse(content).apps[0]
    assert (app.check, app.ping, app.release) == (True, False, "")


@given(st.binary(max_size=2000))
def test_any_bytes_parse_or_are_refused(content: bytes) -> None:
    with suppress(MalformedRequest):
        assert parse(content).apps


@given(st.data())
@settings(max_examples=150)
def test_a_damaged_request_parses_or_is_refused(data) -> None:
    good = body(1, "4459.2.0", PING, CHECK, event(3, 2, ""))
    start = data.draw(st.integers(0, len(good)))
    end = data.draw(st.integers(start, min(len(good), start + 40)))
    insert = data.draw(st.binary(max_size=30) | st.sampled_from([b"<", b"&", b'"', b"\x00", b">"]))
    with suppress(MalformedRequest):
        assert parse(good[:start] + insert + good[end:]).apps


def test_the_largest_request_is_cheap() -> None:
    inner = b'<a b="' + b"&amp;" * 12_000 + b'"/>'
    content = b"<request><app>" + inner + b"</app></request>"
    assert len(content) <= codec.MAX_BODY
    tracemalloc.start()
    began = time.process_time()
    parse(content)
    assert time.process_time() - began < 5
    assert tracemalloc.get_traced_memory()[1] < 4_000_000
    tracemalloc.stop()
