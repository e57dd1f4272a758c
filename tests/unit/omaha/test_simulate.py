from __future__ import annotations

from random import Random

import pytest

from backend.omaha.domain.model import FLATCAR_APPID
from backend.omaha.protocol.codec import parse
from backend.omaha.simulate.client import ServiceAddress
from backend.omaha.simulate.figures import Figures, Latencies
from backend.omaha.simulate.machine import ReplyKind, SimulatedMachine, Stage

OFFER = b'<response><app><updatecheck status="ok"><manifest version="2.0.0"></manifest>'
NOTHING = b'<response><app status="ok"><updatecheck status="noupdate"/></app></response>'


def machine(number: int = 1) -> SimulatedMachine:
    kind = ReplyKind("s", FLATCAR_APPID, "stable", "1.0.0")
    return SimulatedMachine(kind, number, release="1.0.0", dice=Random(1))


def events(found: SimulatedMachine) -> list[tuple[int, int, str]]:
    app = parse(found.request()).apps[0]
    return [(event.type, event.result, event.previous) for event in app.events]


def test_a_cycle_as_update_engine_goes_through_it() -> None:
    found = machine()
    assert events(found) == [(3, 2, "0.0.0.0")]
    assert 2400 <= found.answered(NOTHING, 0) <= 3000
    assert events(found) == [(3, 2, "")]
    found.answered(OFFER, 0)
    sent = []
    for _ in range(3):
        sent += events(found)
        found.answered(b"", 0)
    assert sent == [(13, 1, ""), (14, 1, ""), (3, 1, "")]
    assert (found.release, found.stage) == ("2.0.0", Stage.IDLE)
    assert events(found) == [(3, 2, "1.0.0")]


def test_a_failing_update_reports_a_flagged_code_and_tries_again() -> None:
    found = machine()
    found.answered(OFFER, 100)
    found.answered(b"", 100)
    found.answered(b"", 100)
    event = parse(found.request()).apps[0].events[0]
    assert (event.type, event.result) == (3, 0)
    assert event.error_code & 0x0FFFFFFF in (9, 10, 12, 2404)
    assert event.error_code >> 28 == 1
    assert found.answered(b"", 100) >= 2400
    assert (found.release, found.stage) == ("1.0.0", Stage.IDLE)


def test_identities_are_stable_and_distinct() -> None:
    ids = [parse(machine(n % 5).request()).apps[0].machine_id for n in range(10)]
    assert ids[:5] == ids[5:]
    assert len(set(ids)) == 5
    assert all(len(found) == 32 for found in ids)


def test_percentiles_are_within_five_percent() -> None:
    latencies = Latencies()
    for milliseconds in range(1, 1001):
        latencies.add(milliseconds / 1000)
    assert latencies.percentile(50) == pytest.approx(0.5, rel=0.06)
    assert latencies.percentile(99) == pytest.approx(0.99, rel=0.06)


def test_figures_say_who_is_the_bottleneck() -> None:
    figures = Figures()
    figures.started -= 100
    figures.late = 3.0
    assert "server is the bottleneck" in figures.line()
    figures.cpu -= 1000
    assert "generator is the bottleneck" in figures.line()


def test_target_needs_an_http_url() -> None:
    assert ServiceAddress.parse("http://127.0.0.1:8080") == ServiceAddress(
        "127.0.0.1", 8080, "/v1/update/"
    )
    assert ServiceAddress.parse("http://h/v1/update/s").path == "/v1/update/s"
    for wrong in ("https://h", "h:80", ""):
        with pytest.raises(ValueError, match="http"):
            ServiceAddress.parse(wrong)
