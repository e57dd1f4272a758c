"""One answer of the overview for all who ask for the same at a time."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from backend.connections.upstreams import Upstreams
from backend.features.overview.service import OverviewService, Within
from backend.live.registry import Registry
from tests.people import holding, principal


class Slow(OverviewService):
    """Makes a page when the test says so."""

    def __init__(self) -> None:
        super().__init__(Registry(), Upstreams(), updates_enabled=False)
        self.made = 0
        self.page: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    async def _limits(self, *_named: object) -> tuple[()]:
        return ()

    async def _make(self, *_named: object) -> Any:
        self.made += 1
        return await self.page


async def test_those_who_ask_at_the_same_time_share_one_answer() -> None:
    service, caller = Slow(), principal(holding())
    asking = [asyncio.create_task(service.overview(caller, Within())) for _ in range(5)]
    other = asyncio.create_task(service.overview(caller, Within("c1")))
    while service.made < 2:
        await asyncio.sleep(0)
    asking[0].cancel()
    await asyncio.wait({asking[0]})
    page: Any = object()
    service.page.set_result(page)
    assert await asyncio.gather(*asking[1:], other) == [page] * 5
    assert await service.overview(caller, Within()) is page
    assert service.made == 2


async def test_what_fails_is_made_again() -> None:
    service, caller = Slow(), principal(holding())
    service.page.set_exception(RuntimeError("no"))
    for _ in range(2):
        with pytest.raises(RuntimeError, match="no"):
            await service.overview(caller, Within())
    assert service.made == 2
