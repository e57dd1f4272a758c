from __future__ import annotations

import xml.etree.ElementTree as ET
from base64 import b64decode

from hypothesis import given
from hypothesis import strategies as st

from backend.omaha.domain.model import Arch, ExtraFile, OmahaEvent, Package
from backend.omaha.domain.semver import parse
from backend.omaha.protocol.answer import UNKNOWN_GROUP, Answer, UpdateStep, render
from backend.omaha.protocol.codec import AppRequest


def package(**changes) -> Package:
    fields = {
        "id": 1,
        "application_id": 1,
        "release": parse("4593.2.5"),
        "arch": Arch.AMD64,
        "url": "https://u.example/x",
        "filename": "flatcar_production_update.gz",
        "size": 465881871,
        "sha1": "c2hhMQ==",
        "sha256": "c2hhMjU2",
        "extras": (ExtraFile("oem-qemu.gz", 10, "c2hh", "ab12"),),
    }
    return Package(**{**fields, **changes})


def app(**changes) -> AppRequest:
    fields = {
        "appid": "{E96}",
        "key": "e96",
        "release": "1.0.0",
        "track": "stable",
        "machine_id": "m",
        "board": "",
    }
    return AppRequest(**{**fields, **changes})


def answered(request: AppRequest, answer: Answer) -> ET.Element:
    return ET.fromstring(render([request], [answer]))


def test_an_offer_has_what_clients_read() -> None:
    request = app(check=True, ping=True, events=(OmahaEvent(3, 2),))
    root = answered(request, Answer(steps=(UpdateStep(package()),), codebase="https://u.example/x"))
    assert root.attrib["protocol"] == "3.0"
    assert [child.tag for child in root[1]] == ["ping", "updatecheck", "event"]
    check = root.find("app/updatecheck")
    assert check is not None
    assert check.find("urls/url").attrib["codebase"] == "https://u.example/x/"
    first, extra = check.findall("manifest/packages/package")
    assert (first.attrib["size"], first.attrib["required"]) == ("465881871", "true")
    assert extra.attrib["hash_sha256"] == "ab12"
    action = check.find("manifest/actions/action")
    assert action.attrib == {
        "event": "postinstall",
        "sha256": "c2hhMjU2",
        "DisablePayloadBackoff": "true",
    }
    assert check.find("manifest").attrib == {"version": "4593.2.5"}


def test_what_was_not_asked_is_not_answered() -> None:
    root = answered(app(events=(OmahaEvent(13, 1),)), Answer())
    assert [child.tag for child in root[1]] == ["event"]
    ping = answered(app(ping=True), Answer(poll_seconds=3600))
    assert [child.tag for child in ping[1]] == ["ping"]


def test_poll_interval_is_sent_with_every_check() -> None:
    held = answered(app(check=True), Answer(poll_seconds=3600)).find("app/updatecheck")
    assert held.attrib == {"status": "noupdate", "PollInterval": "3600"}


def test_an_unknown_group_gets_only_the_error() -> None:
    root = answered(app(check=True, ping=True, events=(OmahaEvent(3, 2),)), Answer(UNKNOWN_GROUP))
    assert root[1].attrib["status"] == UNKNOWN_GROUP
    assert [(child.tag, child.attrib["status"]) for child in root[1]] == [
        ("updatecheck", "error-internal")
    ]


TEXT = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\ufffe\uffff"),
    max_size=40,
)


@given(TEXT, TEXT, TEXT)
def test_any_text_survives(appid: str, name: str, url: str) -> None:
    offer = Answer(steps=(UpdateStep(package(filename=name)),), codebase=url)
    root = answered(app(appid=appid, check=True), offer)
    assert root[1].attrib["appid"] == appid
    assert root.find(".//package").attrib["name"] == name
    assert root.find(".//url").attrib["codebase"] == url.rstrip("/") + "/"


def test_a_hash_that_is_not_there_is_left_out() -> None:
    """An empty one makes Flatcar's post-install discard the whole answer."""
    sha256 = "AoMh6ZhhH+F1wHYfnzXgyrDW3Z1yo1yS0xsKKPfeQm0="
    bare = package(sha1="", sha256=sha256, extras=(ExtraFile("oem-qemu.gz", 10, "", "ab12"),))
    root = answered(
        app(check=True), Answer(steps=(UpdateStep(bare),), codebase="https://u.example/")
    )
    first, extra = root.findall("app/updatecheck/manifest/packages/package")
    assert "hash" not in first.attrib
    assert first.attrib["hash_sha256"] == b64decode(sha256).hex()
    assert "hash" not in extra.attrib
    assert extra.attrib["hash_sha256"] == "ab12"
