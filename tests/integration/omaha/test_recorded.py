"""What a recorded Nebraska answered, where this service must agree (reference updates 4)."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from backend.omaha.domain.model import Arch
from backend.omaha.domain.rules import RolloutPolicy
from tests.omaha_client import post
from tests.omaha_world import FLOOR, NEW

FIXTURES = Path(
    os.environ.get(
        "CRATON_FIXTURES", Path(__file__).parents[4] / "shared" / "fixtures" / "nebraska"
    )
)
HELD = re.compile(r'<app [^>]*status="error-(?!failedTo|instanceReg)')
SKIPPED = {
    "m36": "a package without an action cannot exist here",
    "m30": "two groups with one track cannot exist here",
    "m22": "a group without channel is known here: a hold, no unknown track",
    "m27": "the recording aged the machine in the database",
    "m28": "the recording aged the machine in the database",
    "m35": "the recording aged the machine in the database",
    "m24": "its group was made in between",
    "m21": "its group was deleted in between",
    "m11": "safe mode waits for a success here, for an attempt there",
    "m12": "safe mode waits for a success here, for an attempt there",
    "m15": "the recording aged the machine in the database",
    "m16": "the recording aged the machine in the database",
    "m26": "its second application has other packages",
}


def exchanges() -> list[dict]:
    lines = (FIXTURES / "omaha.jsonl").read_text().splitlines()
    return [
        found
        for found in map(json.loads, lines)
        if re.match(r"m\d\d-", found["name"])
        and found["name"][:3] not in SKIPPED
        and "oidc" not in found["name"]
    ]


@pytest.mark.skipif(not FIXTURES.exists(), reason="the shared recordings are not here")
async def test_recorded_machines_get_the_same_answers(world, serve) -> None:
    # What these machines were configured with; limits as in the recording.
    for track in ("production", "stable"):
        await world.group(track)
    await world.group("production", release=NEW, arch=Arch.AARCH64)
    await world.group("stepped", floors=(FLOOR,))
    one = RolloutPolicy(enabled=True, safe_mode=False, max_updates_per_period=1)
    await world.group("limited", one)
    await world.group("parallel", one)
    await world.group("frozen", RolloutPolicy(enabled=False))
    await world.group("office", RolloutPolicy(enabled=False))
    await world.group("badinterval", RolloutPolicy(enabled=False))
    service = await serve()
    seen = 0
    for exchange in exchanges():
        request, recorded = exchange["request"], exchange["response"]["body"]
        ip = request["headers"].get("X-Forwarded-For", "")
        reply = await post(service, request["body"].encode(), ip=ip, path=request["path"])
        assert reply.status == 200, exchange["name"]
        expected = re.search(r'<manifest version="([^"]+)"', recorded)
        if "while-waiting" in exchange["name"]:
            continue
        assert reply.offered == (expected and expected[1]), exchange["name"]
        theirs = re.search(r'<app [^>]*status="([^"]+)"', recorded)
        if HELD.search(recorded):
            assert (reply.app_status, reply.check_status) == ("ok", "noupdate"), exchange["name"]
        else:
            assert theirs is not None
            assert reply.app_status == theirs[1], exchange["name"]
        assert reply.text.count("<event ") == recorded.count("<event "), exchange["name"]
        assert reply.text.count("<ping ") == recorded.count("<ping "), exchange["name"]
        seen += 1
    assert seen > 40
