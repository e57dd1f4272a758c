"""`craton updates import|export|recount|prune` as an operator types them, on SQLite."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlmodel import select
from typer.testing import CliRunner, Result

from backend.db.audit import AuditEntry
from backend.db.engine import create_db_sessions, create_engine
from backend.omaha.operate.cli import app
from backend.omaha.payloads.files import PayloadFiles
from backend.omaha.store.tables import (
    ApplicationRecord,
    ChannelRecord,
    FileRecord,
    FloorRecord,
    PackageFileRecord,
    PackageRecord,
    TallyRecord,
)
from tests.unit.omaha.payloads.samples import payload, sha256

VERSION = "4593.2.5"
MAIN, OEM = payload(b"m" * 5000), payload(b"o" * 300)


def put(folder: Path, name: str, data: bytes) -> None:
    (folder / name).write_bytes(data)
    (folder / f"{name}.sha256").write_text(sha256(data))


@pytest.fixture
def release(tmp_path: Path) -> Path:
    folder = tmp_path / "release"
    folder.mkdir()
    put(folder, "flatcar_production_update.gz", MAIN)
    put(folder, "oem-qemu.gz", OEM)
    (folder / "flatcar_production_update.gz.sig").write_bytes(b"detached signature")
    return folder


class Site:
    """One installation: its own home, database and payload directory."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.home = home
        self._patch = monkeypatch

    def run(self, *arguments: object, code: int = 0) -> Result:
        self._patch.setenv("CRATON_HOME", str(self.home))
        self._patch.delenv("CRATON_DATABASE_URL", raising=False)
        result = CliRunner().invoke(app, [str(a) for a in arguments])
        assert result.exit_code == code, result.output
        return result

    def rows(self, model):
        async def read():
            engine = create_engine(f"sqlite+aiosqlite:///{self.home / 'craton.db'}")
            async with create_db_sessions(engine)() as session:
                found = (await session.scalars(select(model))).all()
            await engine.dispose()
            return found

        return asyncio.run(read())

    def add(self, *rows) -> None:
        async def write():
            engine = create_engine(f"sqlite+aiosqlite:///{self.home / 'craton.db'}")
            async with create_db_sessions(engine)() as session, session.begin():
                session.add_all(rows)
            await engine.dispose()

        asyncio.run(write())

    @property
    def files(self) -> PayloadFiles:
        return PayloadFiles(self.home / "payloads")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    return Site(tmp_path / "here", monkeypatch)


@pytest.fixture
def other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    return Site(tmp_path / "there", monkeypatch)


def test_a_release_is_imported_hosted_and_put_on_a_channel(site: Site, release: Path) -> None:
    dry = site.run("import", release, "--release", VERSION, "--dry-run")
    assert "to fetch, signature kept" in dry.output
    assert not site.home.exists()
    site.run("import", release, "--release", VERSION, "--channel", "stable")
    (package,) = site.rows(PackageRecord)
    assert (package.release, package.url, package.size) == (VERSION, "", len(MAIN))
    (extra,) = site.rows(PackageFileRecord)
    assert extra.name == "extrafile-amd64-4593.2.5-oem-qemu.gz"
    assert extra.sha256 == sha256(OEM)
    hosted = {file.name: file for file in site.rows(FileRecord)}
    assert set(hosted) == {
        "flatcar-amd64-4593.2.5.gz", "flatcar-amd64-4593.2.5.gz.sig", extra.name,
    }  # fmt: skip
    assert hosted["flatcar-amd64-4593.2.5.gz"].signature == "flatcar-amd64-4593.2.5.gz.sig"
    assert all(file.package_id == package.id for file in hosted.values())
    (channel,) = site.rows(ChannelRecord)
    assert (channel.name, channel.package_id) == ("stable", package.id)
    again = site.run("import", release, "--release", VERSION)
    assert "was there already" in again.output
    assert len(site.rows(PackageRecord)) == 1
    assert site.rows(AuditEntry)[0].actor == "command line"


def test_a_wrong_release_is_refused_with_every_reason(site: Site, release: Path) -> None:
    (release / "version.txt").write_text("FLATCAR_VERSION=1.0.0\n")
    (release / "oem-qemu.gz.sha256").write_text("?")
    refused = site.run("import", release, "--release", VERSION, code=1)
    assert refused.output.count("Problem:") == 2
    put(release, "oem-qemu.gz", OEM)
    (release / "version.txt").unlink()
    (release / "flatcar_production_update.gz").write_bytes(b"<html>" + MAIN[6:])
    refused = site.run("import", release, "--release", VERSION, code=1)
    assert "does not begin with CrAU" in refused.output
    assert site.files.addresses() == []


def test_another_payload_of_the_same_version_is_refused(site: Site, release: Path) -> None:
    site.run("import", release, "--release", VERSION)
    put(release, "flatcar_production_update.gz", payload(b"other"))
    refused = site.run("import", release, "--release", VERSION, code=1)
    assert "another payload" in refused.output


def test_a_bundle_carries_packages_files_and_floors_to_another_site(
    site: Site, other: Site, release: Path, tmp_path: Path
) -> None:
    private, public, bundle = tmp_path / "k.pem", tmp_path / "k.pub", tmp_path / "u.tar"
    site.run("key", private, public)
    site.run("key", private, public, code=1)
    site.run("import", release, "--release", VERSION, "--channel", "stable")
    (package,), (channel,) = site.rows(PackageRecord), site.rows(ChannelRecord)
    site.add(FloorRecord(channel_id=channel.id, package_id=package.id, reason="r", created_at=1.0))
    site.run("export", bundle, "--release", "9.9.9", "--key", private, code=1)
    site.run("export", bundle, "--release", VERSION, "--key", private)
    refused = other.run("import", bundle, code=1)
    assert "not among the 0 trusted" in refused.output
    dry = other.run("import", bundle, "--trust", public, "--dry-run")
    assert f"{VERSION} amd64" in dry.output
    assert not other.home.exists()
    first = other.run("import", bundle, "--trust", public)
    assert "1 packages made" in first.output
    assert "floor 4593.2.5 on channel stable" in first.output
    assert [f.name for f in other.rows(FileRecord)] != []
    assert {f.name: f.sha256 for f in other.rows(FileRecord)} == {
        f.name: f.sha256 for f in site.rows(FileRecord)
    }
    hosted = {f.name: f for f in other.rows(FileRecord)}
    assert hosted["flatcar-amd64-4593.2.5.gz"].signature == "flatcar-amd64-4593.2.5.gz.sig"
    assert other.files.addresses() == site.files.addresses()
    (taken,) = other.rows(PackageRecord)
    assert (taken.sha256, taken.sha1) == (package.sha256, package.sha1)
    (app_row,) = other.rows(ApplicationRecord)
    other.add(
        ChannelRecord(application_id=app_row.id, name="stable", arch=1, created_at=1, updated_at=1)
    )
    again = other.run("import", bundle, "--trust", public)
    assert "1 were there already" in again.output
    assert [floor.reason for floor in other.rows(FloorRecord)] == ["r"]


def test_prune_removes_only_what_has_no_name(
    site: Site, release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.run("import", release, "--release", VERSION)
    stray = site.files.path("ab" * 32)
    stray.parent.mkdir(parents=True, exist_ok=True)
    stray.write_bytes(b"left by a crash")
    assert "0 files" in site.run("prune").output, "too young: about to be named"
    monkeypatch.setattr("backend.omaha.operate.offline.GRACE", -1.0)
    assert "ab" * 32 in site.run("prune", "--dry-run").output
    assert stray.exists()
    site.run("prune")
    assert not stray.exists()
    assert len(site.files.addresses()) == 3


def test_recount_finds_and_heals_drift(site: Site, release: Path) -> None:
    site.run("import", release, "--release", VERSION)
    site.add(TallyRecord(group_id=7, release="1.0.0", status=4, machines=3))
    assert "tally: 1 wrong" in site.run("recount", "--check", code=1).output
    assert "tally: 1 wrong" in site.run("recount").output
    assert "tally: right" in site.run("recount", "--check").output
