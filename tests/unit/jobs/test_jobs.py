"""What a durable job may rely on, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.db.audit import AuditEntry
from backend.errors import Conflict
from backend.jobs import Declared, Job, JobFailed, Run, claim
from tests.unit.jobs.replicas import STEADY, Replica, Text, until, value

Make = Callable[..., Replica]


@pytest.fixture
async def replica(database_url: str) -> AsyncIterator[Make]:
    """Start replicas of this test's own database; they are stopped after it."""
    made: list[Replica] = []

    async def make(*declared: Declared, **options) -> Replica:
        made.append(await Replica(database_url, *declared, **options).start())
        return made[-1]

    yield make
    for one in made:
        await one.stop()


def entry() -> AuditEntry:
    return AuditEntry.at_now("main", actor="job", action="test", outcome="success")


async def entries(replica: Replica) -> int:
    async with replica.db_sessions() as session:
        count = select(func.count()).select_from(AuditEntry)
        return (await session.execute(count)).scalar_one()


async def test_progress_never_goes_back(replica: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the earlier word of it takes to be written."""
    began, go_on = asyncio.Event(), asyncio.Event()

    async def work(run: Run, _given: Text) -> None:
        at_once = run.durably

        async def late(*given: Any) -> Any:
            began.set()
            await go_on.wait()
            return await at_once(*given)

        run.progress(1, 10)
        monkeypatch.setattr(run, "durably", late)
        earlier = asyncio.create_task(run.flush())
        await began.wait()
        monkeypatch.setattr(run, "durably", at_once)
        run.progress(5, 10)
        later = asyncio.create_task(run.step("later", value(1)))
        await asyncio.wait({later}, timeout=0.5)
        go_on.set()
        await asyncio.gather(earlier, later)

    one = await replica(Job("test", Text, work))
    started = await one.jobs.start(one.jobs.worker.known["test"], Text())
    row = await one.ended(started.id)
    assert (row.state, row.done, row.total) == ("succeeded", 5, 10)


async def test_a_job_ends_with_its_result_steps_and_log(replica: Make) -> None:
    async def work(run: Run, given: Text) -> str:
        first = await run.step("first", value(given.text + "!"), returns=str)
        run.progress(1, 2, "half")
        run.log("half of it")

        async def note(session: AsyncSession) -> int:
            session.add(entry())
            return 7

        return f"{first}{await run.transaction('note', note, returns=int)}"

    job = Job("test", Text, work, title=lambda given: f"Say {given.text}")
    one = await replica(job)
    started = await one.jobs.start(job, Text("a"), by="ada")
    row = await one.ended(started.id)
    assert (row.state, row.result, row.title) == ("succeeded", '"a!7"', "Say a")
    assert (row.done, row.total, row.stage, row.started_by) == (1, 2, "half", "ada")
    steps = [(s.name, s.kind, s.state, s.result) for s in await one.steps(started.id)]
    assert steps == [("first", "step", "done", '"a!"'), ("note", "transaction", "done", "7")]
    assert await one.lines(started.id) == ["half of it"]
    assert await entries(one) == 1


async def test_a_failure_is_tried_again_and_recorded_steps_are_not(replica: Make) -> None:
    calls = {"first": 0, "second": 0}

    async def first() -> str:
        calls["first"] += 1
        return "kept"

    async def second() -> str:
        calls["second"] += 1
        if calls["second"] == 1:
            raise ValueError("not yet")
        return "now"

    async def work(run: Run, _given: Text) -> list[str]:
        return [await run.step("first", first), await run.step("second", second)]

    job = Job("test", Text, work, retry_seconds=0.05)
    one = await replica(job)
    started = await one.jobs.start(job, Text())
    row = await one.ended(started.id)
    assert (row.state, row.attempt) == ("succeeded", 2)
    assert calls == {"first": 1, "second": 2}
    assert any("not yet" in line for line in await one.lines(started.id))


@pytest.mark.parametrize("error", [ValueError("broken"), OSError("no file"), JobFailed("no use")])
async def test_the_last_failure_is_said_with_its_step(replica: Make, error: Exception) -> None:
    async def work(run: Run, _given: Text) -> None:
        async def fail(_session: AsyncSession) -> None:
            raise error

        await run.transaction("doomed", fail)

    job = Job("test", Text, work, attempts=2, retry_seconds=0.01)
    one = await replica(job)
    started = await one.jobs.start(job, Text())
    row = await one.ended(started.id)
    assert (row.state, row.error) == ("failed", str(error))
    assert row.attempt == (1 if isinstance(error, JobFailed) else 2)
    (step,) = await one.steps(started.id)
    assert (step.state, step.error) == ("failed", str(error))


async def test_a_step_may_be_retried_and_timed(replica: Make) -> None:
    tries = 0

    async def slow() -> str:
        nonlocal tries
        tries += 1
        if tries == 1:
            await asyncio.Event().wait()
        return "there"

    async def work(run: Run, _given: Text) -> str:
        return await run.step("slow", slow, retries=1, timeout=1.0)

    job = Job("test", Text, work, attempts=1)
    one = await replica(job)
    started = await one.jobs.start(job, Text())
    assert (await one.ended(started.id)).state == "succeeded"
    (step,) = await one.steps(started.id)
    assert step.attempts == 2


async def test_one_unfinished_job_per_key(replica: Make) -> None:
    go = asyncio.Event()

    async def work(_run: Run, _given: Text) -> None:
        await go.wait()

    job = Job("test", Text, work)
    one = await replica(job)
    many = await asyncio.gather(*(one.jobs.start(job, Text(), key="k") for _ in range(5)))
    assert len({started.id for started in many}) == 1
    assert sum(started.new for started in many) == 1
    go.set()
    await one.ended(many[0].id)
    again = await one.jobs.start(job, Text(), key="k")
    assert again.new
    await one.ended(again.id)


async def test_a_job_starts_with_the_transaction_or_not_at_all(replica: Make) -> None:
    ran = []

    async def work(_run: Run, given: Text) -> None:
        ran.append(given.text)

    job = Job("test", Text, work)
    one = await replica(job)
    async with one.db_sessions() as session:
        await one.jobs.start(job, Text("undone"), tx=session)
        await session.rollback()
    async with one.db_sessions() as session:
        session.add(entry())
        started = await one.jobs.start(job, Text("done"), tx=session)
        await session.commit()
    await one.ended(started.id)
    assert ran == ["done"]


async def test_a_job_starts_another_in_a_step(replica: Make) -> None:
    async def child_work(_run: Run, given: Text) -> str:
        return given.text

    child = Job("child", Text, child_work)

    async def work(run: Run, _given: Text) -> str:
        async def begin(session: AsyncSession) -> str:
            return (await one.jobs.start(child, Text("born"), tx=session)).id

        return await run.transaction("begin", begin)

    parent = Job("parent", Text, work)
    one = await replica(parent, child)
    row = await one.ended((await one.jobs.start(parent, Text())).id)
    born = await one.ended(row.result.strip('"'))
    assert born.result == '"born"'


async def test_a_cancelled_job_is_undone_with_what_it_did(replica: Make) -> None:
    began, undone = asyncio.Event(), []

    async def work(run: Run, _given: Text) -> None:
        await run.step("made", value("thing"))
        began.set()
        await run.step("long", asyncio.Event().wait)

    async def undo(run: Run, _given: Text) -> None:
        assert not run.done("long")

        async def remove() -> None:
            undone.append(run.result("made", str))

        await run.step("remove", remove)

    job = Job("test", Text, work, undo=undo)
    one = await replica(job)
    started = await one.jobs.start(job, Text())
    await began.wait()
    await one.jobs.cancel(started.id, by="ada")
    assert (await one.ended(started.id)).state == "cancelled"
    assert undone == ["thing"]
    with pytest.raises(Conflict, match="finished"):
        await one.jobs.cancel(started.id)


async def test_a_job_that_never_ran_is_cancelled_at_once(replica: Make) -> None:
    async def work(_run: Run, _given: Text) -> None:
        raise AssertionError

    job = Job("test", Text, work, undo=work)
    one = await replica(job)
    started = await one.jobs.start(job, Text(), delay=600)
    row = await one.jobs.cancel(started.id)
    assert row.state == "cancelled"


async def test_a_failure_can_be_undone_too(replica: Make) -> None:
    undone = []

    async def work(_run: Run, _given: Text) -> None:
        raise JobFailed("no luck")

    async def undo(run: Run, _given: Text) -> None:
        undone.append(run.error)

    job = Job("test", Text, work, undo=undo, undoes_failure=True)
    one = await replica(job)
    row = await one.ended((await one.jobs.start(job, Text())).id)
    assert (row.state, row.error, undone) == ("failed", "no luck", ["no luck"])


async def test_a_wait_is_parked_until_its_signal(replica: Make) -> None:
    async def work(run: Run, _given: Text) -> str:
        first = await run.wait("answer", 600, returns=str)
        return first + await run.wait("answer", 600, name="second answer", returns=str)

    job = Job("test", Text, work, limit=1)
    one = await replica(job)
    started = await one.jobs.start(job, Text())
    await one.until(started.id, lambda row: row.state == "waiting")
    other = await one.jobs.start(job, Text())  # a parked job holds no slot
    await one.until(other.id, lambda row: row.state == "waiting")
    await one.jobs.signal(started.id, "other")
    await one.jobs.signal(started.id, "answer", "yes")
    await one.jobs.signal(started.id, "answer", " and no")
    assert (await one.ended(started.id)).result == '"yes and no"'
    await one.jobs.cancel(other.id)
    assert (await one.ended(other.id)).state == "cancelled"


async def test_a_wait_ends_by_itself(replica: Make) -> None:
    async def work(run: Run, _given: Text) -> bool:
        return await run.wait("never", 0.2) is None

    job = Job("test", Text, work)
    one = await replica(job)
    assert (await one.ended((await one.jobs.start(job, Text())).id)).result == "true"


@pytest.mark.parametrize("attempt", range(8))
async def test_a_signal_sent_while_it_parks_is_not_lost(replica: Make, attempt: int) -> None:
    began = asyncio.Event()

    async def work(run: Run, _given: Text) -> str:
        began.set()
        return await run.wait("go", 600, returns=str)

    job = Job("test", Text, work)
    one = await replica(job)
    started = await one.jobs.start(job, Text())
    await began.wait()
    await asyncio.sleep(0.001 * attempt)
    await one.jobs.signal(started.id, "go", "went")
    assert (await one.ended(started.id)).result == '"went"'


@pytest.mark.parametrize("attempt", range(6))
async def test_a_cancellation_while_it_parks_is_not_lost(replica: Make, attempt: int) -> None:
    began = asyncio.Event()

    async def work(run: Run, _given: Text) -> None:
        began.set()
        await run.wait("go", 600)

    job = Job("test", Text, work)
    one = await replica(job)
    started = await one.jobs.start(job, Text())
    await began.wait()
    await asyncio.sleep(0.001 * attempt)
    await one.jobs.cancel(started.id)
    assert (await one.ended(started.id)).state == "cancelled"


async def test_short_sleeps_stay_and_long_ones_park(replica: Make) -> None:
    async def work(run: Run, _given: Text) -> None:
        await run.sleep("short", 0.05)
        await run.sleep("long", 600)

    job = Job("test", Text, work)
    one = await replica(job)
    started = await one.jobs.start(job, Text())
    row = await one.until(started.id, lambda row: row.state == "waiting")
    assert row.due > row.updated + 590
    await one.jobs.cancel(started.id)
    await one.ended(started.id)


async def test_a_lane_is_limited_over_all_replicas(replica: Make) -> None:
    running, most = set(), []

    async def work(run: Run, given: Text) -> None:
        running.add(run.id)
        most.append(len(running))
        await asyncio.sleep(0.05)
        running.discard(run.id)

    job = Job("test", Text, work, limit=3)
    one = await replica(job)
    two = await replica(job) if not one.jobs.alone else one
    started = [await one.jobs.start(job, Text()) for _ in range(12)]
    for each in started:
        assert (await two.ended(each.id)).state == "succeeded"
    assert max(most) <= 3


async def test_a_step_s_name_is_used_once(replica: Make) -> None:
    async def work(run: Run, _given: Text) -> None:
        await run.step("same", value(1))
        await run.step("same", value(2))

    job = Job("test", Text, work, attempts=1)
    one = await replica(job)
    row = await one.ended((await one.jobs.start(job, Text())).id)
    assert row.state == "failed"
    assert "unique" in row.error


async def test_old_code_leaves_newer_jobs_and_new_code_goes_on_with_old_ones(
    replica: Make,
) -> None:
    done = []

    async def old(run: Run, _given: Text) -> str:
        done.append("old")
        await run.step("first", value("old"))
        await run.wait("go", 600)
        return "old"

    async def new(run: Run, _given: Text) -> str:
        await run.step("first", value("new"))
        await run.step("inserted", value("new"))
        await run.wait("go", 600)
        return run.result("first", str) + run.result("inserted", str)

    before, after = Job("test", Text, old), Job("test", Text, new, version=2, reads=1)
    one = await replica(before)
    started = await one.jobs.start(before, Text())
    await one.until(started.id, lambda row: row.state == "waiting")
    await one.stop()
    two = await replica(after)
    newer = await two.jobs.start(after, Text())
    await two.until(newer.id, lambda row: row.state == "waiting")
    await two.jobs.signal(started.id, "go")
    assert (await two.ended(started.id)).result == '"oldnew"'
    await two.stop()
    three = await replica(before)
    await three.jobs.signal(newer.id, "go")
    again = await three.jobs.start(before, Text())
    await three.until(again.id, lambda row: row.state == "waiting")
    assert (await three.row(newer.id)).state == "queued"
    assert done == ["old", "old"]


async def test_progress_is_written_while_it_runs(replica: Make) -> None:
    go = asyncio.Event()

    async def work(run: Run, _given: Text) -> None:
        run.progress(3, 10, "counting")
        await go.wait()

    job = Job("test", Text, work)
    one = await replica(job)
    heard = []
    one.bus.subscribe("rows/job", heard.append)
    started = await one.jobs.start(job, Text())
    row = await one.until(started.id, lambda row: row.done == 3)
    assert (row.total, row.stage, row.state) == (10, "counting", "running")
    assert heard
    go.set()
    await one.ended(started.id)
    await until(lambda: not one.jobs.worker._running)


async def test_a_claim_leaves_what_was_cancelled_since_it_looked(database_url: str) -> None:
    """Else the job would run, be finished, and be listed as neither."""

    async def nothing(_run: Run, _given: Text) -> None: ...

    job = Job("later", Text, nothing)
    one = await Replica(database_url, job).start()
    started = await one.jobs.start(job, Text(), delay=600)
    looked_at = await one.row(started.id)
    await one.jobs.cancel(started.id)
    async with one.db_sessions() as session, session.begin():
        assert await claim._take(session, looked_at, "another", STEADY) is None
    assert (await one.row(started.id)).state == "cancelled"
    await one.stop()
