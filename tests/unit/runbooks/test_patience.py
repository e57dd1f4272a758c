"""How long a step waits: for what has failed a minute, for what is awaited as long as it is given,
and no longer than its starter may."""

from __future__ import annotations

import time
from typing import cast

import pytest

from auth.principal import Credential, CredentialKind
from auth.subject import Subject, SubjectKind
from backend.audit import Origin
from backend.features.context import FeatureContext
from backend.features.runbooks import walk as walking
from backend.features.runbooks.checks import awaited, failed, ok
from backend.features.runbooks.order import Order, Step
from backend.features.runbooks.schemas import Check
from backend.features.runbooks.walk import Walk
from backend.jobs import JobFailed, Run
from integrations.etcd.look import Look
from tests.unit.runbooks.looking import cluster, member

ORDER = Order(
    etcd="own",
    subject=Subject(SubjectKind.USER, "1"),
    credential=Credential(CredentialKind.SESSION, "s"),
    login="ann",
    origin=Origin("main", "ann", "user"),
    steps=(Step("promote", "Give m4 a vote", "", ""),),
)


class Unfinished:
    """A run of which nothing is done."""

    def finished(self) -> list[str]:
        return []

    def done(self, name: str) -> bool:
        del name
        return False

    def progress(self, done: int, total: int, stage: str = "") -> None:
        pass


class Waiting(Walk[Order]):
    """Of a cluster that answers; its starter may until `until`."""

    def __init__(self, until: float = float("inf")) -> None:
        super().__init__(cast("FeatureContext", None), cast("Run", Unfinished()), ORDER)
        self._until = until

    async def look(self) -> Look:
        return cluster(member(1))

    async def still(self) -> None:
        if time.monotonic() > self._until:
            raise JobFailed("ann may not maintain own any more")

    async def allowed(self) -> None:
        pass


async def ready(walk: Waiting, state: Check, seconds: float, patience: float) -> None:
    ends = time.monotonic() + seconds
    await walk._ready(
        "promote", lambda _: [state if time.monotonic() < ends else ok("it is")], patience
    )


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walking, "PATIENCE", 0.3)
    monkeypatch.setattr(walking, "PAUSE", 0.02)


async def test_what_is_awaited_is_waited_for_as_long_as_the_step_has_patience() -> None:
    behind = awaited("m4 is 900 entries behind.")
    await ready(Waiting(), behind, 0.8, patience=30)
    with pytest.raises(JobFailed, match="was not begun: m4 is 900 entries behind"):
        await ready(Waiting(), behind, 5, patience=0.4)


async def test_what_has_failed_is_not_waited_for_that_long() -> None:
    began_at = time.monotonic()
    with pytest.raises(JobFailed, match="No member leads"):
        await ready(Waiting(), failed("No member leads."), 20, patience=30)
    assert time.monotonic() - began_at < 10


async def test_who_may_not_any_more_ends_the_waiting() -> None:
    with pytest.raises(JobFailed, match="may not maintain"):
        await ready(Waiting(time.monotonic() + 0.2), awaited("behind"), 20, patience=30)
