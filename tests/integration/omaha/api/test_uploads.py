from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import delete

from backend.jobs import Run
from backend.omaha.catalog.finishing import Finish, HostedFile
from backend.omaha.store.tables import UploadRecord
from tests.integration.omaha.api.conftest import ROOT, Api, Estate
from tests.roles import OPERATOR, VIEWER
from tests.unit.jobs.replicas import Replica
from tests.unit.omaha.payloads.samples import payload, sha256

DATA = payload(bytes(range(256)) * 50)
NAME = "flatcar-amd64-4593.2.5.gz"


async def begin(api: Api, **more) -> str:
    made = await api.make("/uploads", **{"name": NAME, "size": len(DATA), **more})
    return f"/uploads/{made['id']}"


async def put(api: Api, where: str, data: bytes, offset: int):
    return await api.http.patch(
        f"/api/v1/updates{where}",
        content=data,
        headers={"Upload-Offset": str(offset), "Content-Type": "application/octet-stream"},
    )


async def test_a_payload_is_uploaded_in_pieces_made_a_package_and_served(
    api: Api, estate: Estate
) -> None:
    where = await begin(api, sha256=sha256(DATA))
    first = await put(api, where, DATA[:5000], 0)
    assert first.json()["offset"] == 5000
    wrong = await put(api, where, DATA[5000:], 4000)
    assert wrong.status_code == 409
    assert wrong.headers["upload-offset"] == "5000"
    assert wrong.json()["offset"] == 5000
    early = await api.send("POST", f"{where}/finish")
    assert early.status_code == 409
    assert (await api.get(where))["offset"] == 5000
    assert (await api.get("/uploads"))["items"][0]["name"] == NAME
    await put(api, where, DATA[5000:], 5000)
    hosted = await api.finish(where)
    assert hosted["sha256"] == sha256(DATA)
    assert (await api.send("GET", where)).status_code == 404
    assert (await api.audited())[-1][:2] == ("update-package:upload", NAME)
    served = await api.http.get(hosted["path"], headers={"Range": "bytes=4-"})
    assert (served.status_code, served.content) == (206, DATA[4:])
    made = await api.make(
        f"/applications/{estate.app['id']}/packages",
        release="5000.0.0", arch="amd64", file_id=hosted["id"],
    )  # fmt: skip
    assert (made["hosted"], made["filename"], made["size"]) == (True, NAME, len(DATA))
    url = await api.patch(f"/packages/{made['id']}", 1, url="https://x.example/")
    assert url.status_code == 422
    again = await api.send(
        "POST", f"/applications/{estate.app['id']}/packages",
        {"release": "5000.0.1", "arch": "amd64", "file_id": hosted["id"]},
    )  # fmt: skip
    assert again.status_code == 422
    version = (await api.get(f"/payloads/{hosted['id']}"))["version"]
    used = await api.delete(f"/payloads/{hosted['id']}", version)
    assert used.status_code == 409
    assert (await api.delete(f"/packages/{made['id']}", 1)).status_code == 204
    version = (await api.get(f"/payloads/{hosted['id']}"))["version"]
    assert (await api.delete(f"/payloads/{hosted['id']}", version)).status_code == 204
    assert api.files.addresses() == []
    assert (await api.http.get(hosted["path"])).status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "../x", "size": 5}, "name"),
        ({"name": "x", "size": 0}, "size"),
        ({"name": "x", "size": 5, "sha256": "zz"}, "sha256"),
        ({"name": "x", "size": 5, "format": "zip"}, "format"),
    ],
)
async def test_an_announcement_is_checked(api: Api, body: dict, field: str) -> None:
    refused = await api.send("POST", "/uploads", body)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == field


async def test_too_large_or_wrong_files_are_refused(api: Api) -> None:
    huge = await api.send("POST", "/uploads", {"name": "x", "size": 1 << 39})
    assert huge.status_code == 413
    where = await begin(api)
    html = await put(api, where, b"<html>" + bytes(100), 0)
    assert html.status_code == 422
    assert "HTML" in html.json()["detail"]
    assert (await api.send("GET", where)).status_code == 404
    where = await begin(api)
    more = await put(api, where, DATA + b"x", 0)
    assert more.status_code == 413


async def test_names_and_bytes_are_shared_and_removed_rightly(api: Api) -> None:
    ids = []
    for name in ("a.gz", "b.gz"):
        where = await begin(api, name=name)
        await put(api, where, DATA, 0)
        ids.append((await api.finish(where))["id"])
    assert len(api.files.addresses()) == 1
    taken = await api.send("POST", "/uploads", {"name": "a.gz", "size": 10})
    assert taken.status_code == 422
    await api.delete(f"/payloads/{ids[0]}", 1)
    assert (await api.http.get("/v1/payloads/b.gz")).content == DATA
    assert [f.name for f in await api.rows("payloads")] == ["b.gz"]
    await api.delete(f"/payloads/{ids[1]}", 1)
    assert api.files.addresses() == []


async def test_two_uploads_of_one_name_end_with_one_file(api: Api) -> None:
    first, second = await begin(api), await begin(api)
    other = DATA[:-1] + b"!"
    await put(api, first, DATA, 0)
    await put(api, second, other, 0)
    answers = await asyncio.gather(
        api.send("POST", f"{first}/finish"), api.send("POST", f"{second}/finish")
    )
    assert [a.status_code for a in answers] == [202, 202]
    ended = [await api.finished(where) for where in (first, second)]
    assert sorted(found["state"] for found in ended) == ["done", "failed"]
    refused = next(found for found in ended if found["state"] == "failed")
    assert "serves other bytes" in refused["reason"]
    served = next(found for found in ended if found["state"] == "done")["file"]
    assert (await api.delete(f"/payloads/{served['id']}", 1)).status_code == 204
    left = first if ended[0]["state"] == "failed" else second
    assert (await api.get(left))["job_id"] == "", "its bytes are here still"
    assert (await api.finish(left))["name"] == NAME
    actions = [action for action, _, _ in await api.audited()]
    assert sorted(actions) == [
        "update-package:delete-payload",
        "update-package:upload",
        "update-package:upload",
        "update-package:upload-failed",
    ]


async def test_finishing_is_a_job_that_is_asked_for_once(api: Api) -> None:
    where = await begin(api, sha256=sha256(DATA))
    assert (await api.send("GET", f"{where}/finish")).status_code == 404
    await put(api, where, DATA, 0)
    answers = [await api.send("POST", f"{where}/finish") for _ in range(3)]
    assert {a.status_code for a in answers} == {202}
    assert len({a.json()["job_id"] for a in answers}) == 1
    assert answers[0].headers["location"] == f"/api/v1/updates{where}/finish"
    done = await api.finished(where)
    assert (done["state"], done["bytes_done"]) == ("done", done["bytes_total"])
    late = (await api.send("POST", f"{where}/finish")).json()
    assert (late["job_id"], late["file"]) == (done["job_id"], done["file"])
    row = await api.replica.row(done["job_id"])
    assert row.link == f"/browse/payloads?filter=name%3D{NAME}"
    assert [step.name for step in await api.replica.steps(row.id)] == [
        "check", "store", "register", "clear",
    ]  # fmt: skip
    assert not list((api.files.root / "uploads").iterdir())


async def test_a_wrong_checksum_is_told_and_the_upload_forgotten(api: Api) -> None:
    where = await begin(api, sha256="ab" * 32)
    await put(api, where, DATA, 0)
    assert (await api.send("POST", f"{where}/finish")).status_code == 202
    failed = await api.finished(where)
    assert (failed["state"], failed["file"]) == ("failed", None)
    assert "announced was" in failed["reason"]
    assert (await api.send("GET", where)).status_code == 404
    assert (await api.send("POST", f"{where}/finish")).status_code == 404
    assert api.files.addresses() == []
    assert not list((api.files.root / "uploads").iterdir())


async def test_while_a_job_finishes_it_nobody_writes_but_it_can_be_dropped(api: Api) -> None:
    where = await begin(api)
    await put(api, where, DATA, 0)
    known = api.replica.jobs.worker.known
    job = known.pop("updates.upload")  # as if every worker were busy
    assert (await api.send("POST", f"{where}/finish")).status_code == 202
    more = await put(api, where, b"x", len(DATA))
    assert (more.status_code, more.json()["offset"]) == (409, len(DATA))
    assert "a job finishes" in more.json()["detail"]
    assert (await api.send("DELETE", where)).status_code == 204
    assert (await api.finished(where))["state"] == "cancelled"
    known[job.kind] = job
    assert (await api.send("GET", where)).status_code == 404
    assert api.files.addresses() == []
    assert not list((api.files.root / "uploads").iterdir())
    assert await api.audited() == [("update-package:abort-upload", NAME, {"received": len(DATA)})]


async def test_a_job_cancelled_before_it_ran_keeps_no_upload(api: Api) -> None:
    where = await begin(api)
    await put(api, where, DATA, 0)
    known = api.replica.jobs.worker.known
    job = known.pop("updates.upload")  # as if every worker were busy
    begun = (await api.send("POST", f"{where}/finish")).json()
    assert (await api.get(where))["job_id"] == begun["job_id"]
    await api.replica.jobs.cancel(begun["job_id"], by="eve")
    known[job.kind] = job
    assert (await api.get(where))["job_id"] == ""
    assert (await api.get("/uploads"))["items"][0]["job_id"] == ""
    early = await put(api, where, DATA[5:], 5)
    assert (early.status_code, "go on from there" in early.json()["detail"]) == (409, True)
    assert (await api.finish(where))["name"] == NAME


class Held:
    """Has jobs that finish uploads stop before a step, until told to go on."""

    def __init__(self, api: Api, step: str) -> None:
        self.reached, self.go_on = asyncio.Event(), asyncio.Event()
        known = api.replica.jobs.worker.known
        job = known["updates.upload"]

        async def run(run: Run, order: Finish) -> HostedFile:
            for kind in ("step", "transaction"):
                setattr(run, kind, self._held(getattr(run, kind), step))
            return await job.run(run, order)

        known[job.kind] = replace(job, run=run)

    def _held(self, call: Any, step: str) -> Any:
        async def held(name: str, *given: Any, **more: Any) -> Any:
            if name == step:
                self.reached.set()
                await self.go_on.wait()
            return await call(name, *given, **more)

        return held


async def test_an_upload_deleted_while_its_job_ran_is_not_hosted(api: Api) -> None:
    held = Held(api, "register")
    where = await begin(api)
    await put(api, where, DATA, 0)
    assert (await api.send("POST", f"{where}/finish")).status_code == 202
    async with asyncio.timeout(60):
        await held.reached.wait()
    async with api.db_sessions() as session, session.begin():  # no word of it reached the job yet
        await session.execute(delete(UploadRecord))
    held.go_on.set()
    ended = await api.finished(where)
    assert (ended["state"], ended["file"]) == ("failed", None)
    assert "was deleted" in ended["reason"]
    assert await api.rows("payloads") == []


async def test_what_is_hosted_is_not_aborted_and_a_late_cancellation_says_so(api: Api) -> None:
    held = Held(api, "clear")
    where = await begin(api)
    await put(api, where, DATA, 0)
    job_id = (await api.send("POST", f"{where}/finish")).json()["job_id"]
    async with asyncio.timeout(60):
        await held.reached.wait()
    assert (await api.send("DELETE", where)).status_code == 404
    assert not (await api.replica.row(job_id)).cancelling
    await api.replica.jobs.cancel(job_id, by="eve")
    row = await api.replica.ended(job_id)
    ended = await api.finished(where)
    assert (row.state, ended["state"], ended["file"]["name"]) == ("cancelled", "done", NAME)
    assert (await api.http.get(ended["file"]["path"])).content == DATA
    assert row.link == f"/browse/payloads?filter=name%3D{NAME}"
    assert any("had been hosted" in line for line in await api.replica.lines(job_id))
    assert not list((api.files.root / "uploads").iterdir())
    again = await api.send("POST", f"{where}/finish")
    assert (again.status_code, again.json()["job_id"]) == (202, job_id)
    assert [action for action, _, _ in await api.audited()] == ["update-package:upload"]


async def test_a_cancelled_job_gives_the_upload_back_and_names_no_actor(api: Api) -> None:
    held = Held(api, "store")
    where = await begin(api)
    await put(api, where, DATA, 0)
    job_id = (await api.send("POST", f"{where}/finish")).json()["job_id"]
    async with asyncio.timeout(60):
        await held.reached.wait()
    await api.replica.jobs.cancel(job_id, by="eve")
    assert (await api.replica.ended(job_id)).state == "cancelled"
    assert (await api.get(where))["job_id"] == ""
    assert await api.audited() == [], "who cancelled is recorded where they asked for it"


async def test_finishing_goes_on_at_another_replica_and_hosts_once(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = await begin(api)
    await put(api, where, DATA, 0)
    known = dict(api.replica.jobs.worker.known)
    job = known["updates.upload"]
    reached = asyncio.Event()

    async def dies_before_registering(run: Run, order: Finish) -> HostedFile:
        async def stuck(*_: object, **__: object) -> None:
            reached.set()
            await asyncio.Event().wait()

        monkeypatch.setattr(run, "transaction", stuck)
        return await job.run(run, order)

    api.replica.jobs.worker.known[job.kind] = replace(job, run=dies_before_registering)
    assert (await api.send("POST", f"{where}/finish")).status_code == 202
    async with asyncio.timeout(60):
        await reached.wait()
    await api.replica.vanish()
    api.replica = Replica(api.replica.url, *known.values())
    await api.replica.leases_end()
    await api.replica.start(migrate=False)
    done = await api.finished(where)
    assert done["state"] == "done", done
    assert api.files.path(sha256(DATA)).read_bytes() == DATA
    actions = [action for action, _, _ in await api.audited()]
    assert actions == ["update-package:upload"]
    steps = await api.replica.steps(done["job_id"])
    assert {step.name: step.attempts for step in steps} == dict.fromkeys(
        ("check", "store", "register", "clear"), 1
    )


async def test_uploading_needs_the_right_over_all_updates(api: Api, estate: Estate) -> None:
    where = await begin(api)
    api.as_((VIEWER, ROOT))
    assert (await api.send("POST", "/uploads", {"name": "x", "size": 5})).status_code == 403
    assert (await put(api, where, DATA, 0)).status_code == 403
    assert (await api.send("DELETE", where)).status_code == 403
    api.as_((OPERATOR, (*ROOT, "updates", str(estate.app["id"]))))
    assert (await api.send("POST", "/uploads", {"name": "x", "size": 5})).status_code == 404
    api.as_((OPERATOR, ROOT))
    assert (await api.send("DELETE", where)).status_code == 204
    assert (await api.send("DELETE", where)).status_code == 404


async def test_the_limit_on_bodies_is_not_one_on_payloads(api: Api) -> None:
    data = payload(bytes(3 << 20))
    where = await begin(api, size=len(data))
    sent = await put(api, where, data, 0)
    assert sent.json()["offset"] == len(data)
    other = await api.send("POST", "/applications", {"appid": "a", "name": "x" * (2 << 20)})
    assert other.status_code == 413
