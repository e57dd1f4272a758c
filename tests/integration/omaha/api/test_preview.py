from __future__ import annotations

from typing import Any

import pytest

from backend.omaha.domain.model import UpdateStatus
from tests.integration.omaha.api.conftest import Api, Estate
from tests.integration.omaha.api.enrolment import enrol


async def test_a_preview_says_who_would_get_what_and_writes_nothing(
    api: Api, estate: Estate
) -> None:
    await enrol(
        api, estate,
        *({"machine_id": f"old{n}", "oem": "azure" if n < 4 else "qemu"} for n in range(10)),
        *({"machine_id": f"new{n}", "release": "4593.2.5", "status": UpdateStatus.COMPLETE}
          for n in range(5)),
    )  # fmt: skip
    where = f"/groups/{estate.group['id']}/preview"

    async def ask(**draft: Any) -> dict[str, Any]:
        answer = await api.send("POST", where, draft)
        assert answer.status_code == 200, answer.text
        body = answer.json()
        body["held"] = {h["reason"]: h["machines"] for h in body["held"]}
        return body

    present = await ask()
    assert (present["machines"], present["eligible"], present["now"]) == (15, 10, 1)
    assert present["held"] == {"up_to_date": 5}
    assert present["exact"] is True
    assert present["target"] == "4593.2.5"
    off = await ask(policy={"enabled": False})
    assert off["held"] == {"disabled": 10, "up_to_date": 5}
    assert (off["eligible"], off["now"]) == (0, 0)
    wide = await ask(policy={"enabled": True, "safe_mode": False, "max_updates_per_period": 4,
                             "oem": {"exclude": ["Azure"]}})  # fmt: skip
    assert wide["held"] == {"oem_filtered": 4, "up_to_date": 5}
    assert (wide["eligible"], wide["now"]) == (6, 4)
    assert wide["at_least_hours"] == 0.25
    free = await ask(policy={"enabled": True, "safe_mode": False, "max_updates_per_period": None,
                             "schedule": {"spread": "percent", "percent": 0}})  # fmt: skip
    assert free["held"]["not_yet_selected"] == 10
    back = await ask(package_id=estate.old["id"])
    assert back["held"] == {"up_to_date": 10, "newer_than_channel": 5}
    assert (await api.get(f"/groups/{estate.group['id']}"))["version"] == 1
    # A missing package and another application's look the same.
    wrong = await api.send("POST", where, {"package_id": 999})
    assert wrong.status_code == 422


async def test_a_large_group_is_sampled_and_scaled_to_the_tally(
    api: Api, estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.omaha.catalog.preview.EVERYBODY", 40)
    await enrol(api, estate, *({"oem": ("azure", "qemu")[n % 2]} for n in range(400)))
    draft = {"policy": {"enabled": True, "oem": {"include": ["azure"]}}}
    answer = await api.send("POST", f"/groups/{estate.group['id']}/preview", draft)
    body = answer.json()
    assert body["exact"] is False
    assert body["sampled"] <= 40
    held = body["held"][0]["machines"]
    assert held + body["eligible"] == 400
    assert 120 <= held <= 280
