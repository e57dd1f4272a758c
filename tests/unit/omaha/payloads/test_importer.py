from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from backend.omaha.payloads.errors import PayloadRefused, SourceFailed
from backend.omaha.payloads.files import PayloadFiles
from backend.omaha.payloads.importer import examine, fetch
from backend.omaha.payloads.release import (
    MAIN_FILE,
    is_extra,
    parse_checksum,
    parse_releases,
    parse_version_file,
)
from backend.omaha.payloads.source import DirectorySource, MirrorSource, mirror_url
from tests.unit.omaha.payloads.samples import payload, sha256

VERSION, BOARD = "4593.2.5", "amd64-usr"
MAIN, OEM, PYTHON = payload(b"m" * 5000), payload(b"o" * 300), payload(b"p" * 400)


def put(folder: Path, name: str, data: bytes, signature: bytes = b"") -> None:
    (folder / name).write_bytes(data)
    (folder / f"{name}.sha256").write_text(f"{sha256(data)}  {name}\n")
    if signature:
        (folder / f"{name}.sig").write_bytes(signature)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "mirror" / BOARD / VERSION
    made.mkdir(parents=True)
    put(made, MAIN_FILE, MAIN, b"gpg signature")
    put(made, "oem-qemu.gz", OEM)
    put(made, "flatcar-python.gz", PYTHON)
    (made / "version.txt").write_text(f"FLATCAR_BUILD=4593\nFLATCAR_VERSION={VERSION}\n")
    (made / "flatcar_production_image.bin.bz2").write_bytes(b"not for updates")
    return made


@pytest.fixture
def files(tmp_path: Path) -> PayloadFiles:
    return PayloadFiles(tmp_path / "payloads", reserve=0)


async def test_a_directory_is_imported_with_extras_and_signature(
    folder: Path, files: PayloadFiles
) -> None:
    source = DirectorySource(folder)
    plan = await examine(source, files, version=VERSION, board=BOARD)
    assert plan.problems == ()
    assert plan.to_fetch == len(MAIN) + len(OEM) + len(PYTHON)
    assert files.root.exists() is False, "looking must not write"
    stored = await fetch(source, files, plan)
    assert [s.file.name for s in stored] == [
        "flatcar-amd64-4593.2.5.gz",
        "extrafile-amd64-4593.2.5-flatcar-python.gz",
        "extrafile-amd64-4593.2.5-oem-qemu.gz",
    ]
    assert stored[0].digest.sha256 == sha256(MAIN)
    assert stored[0].signature is not None
    assert files.path(stored[0].signature.sha256).read_bytes() == b"gpg signature"
    assert stored[1].signature is None
    again = await examine(source, files, version=VERSION, board=BOARD)
    assert again.to_fetch == 0
    assert [s.digest for s in await fetch(source, files, again)] == [s.digest for s in stored]


async def test_notes_and_date_come_from_the_releases_file(
    folder: Path, files: PayloadFiles
) -> None:
    text = '{"4593.2.5": {"release_notes": "Fixes.", "release_date": "2026-11-01"}}'
    plan = await examine(
        DirectorySource(folder), files, version=VERSION, board=BOARD, releases=text
    )
    assert plan.release is not None
    assert (plan.release.notes, plan.release.released) == ("Fixes.", "2026-11-01")


async def test_every_problem_is_named_at_once(folder: Path, files: PayloadFiles) -> None:
    (folder / "version.txt").write_text("FLATCAR_VERSION=4459.2.0\n")
    (folder / f"{MAIN_FILE}.sha256").unlink()
    (folder / "oem-qemu.gz.sha256").write_text("<html>404</html>")
    source = DirectorySource(folder)
    plan = await examine(
        source, files, version=VERSION, board=BOARD, extras=["oem-azure.gz"], releases="{"
    )
    assert len(plan.problems) == 4
    assert "4459.2.0" in plan.problems[0]
    assert plan.release is None
    with pytest.raises(PayloadRefused, match=r"oem-azure\.gz"):
        await fetch(source, files, plan)


async def test_changed_bytes_are_refused_and_not_kept(folder: Path, files: PayloadFiles) -> None:
    (folder / MAIN_FILE).write_bytes(MAIN[:-1] + b"!")
    source = DirectorySource(folder)
    plan = await examine(source, files, version=VERSION, board=BOARD)
    with pytest.raises(PayloadRefused, match="SHA-256"):
        await fetch(source, files, plan)
    assert files.addresses() == []


async def test_links_out_of_the_directory_are_refused(folder: Path, files: PayloadFiles) -> None:
    secret = folder.parent / "secret"
    secret.write_bytes(payload())
    (folder / MAIN_FILE).unlink()
    (folder / MAIN_FILE).symlink_to(secret)
    with pytest.raises(SourceFailed, match="points out"):
        await examine(DirectorySource(folder), files, version=VERSION, board=BOARD)


async def test_a_missing_directory_says_so(tmp_path: Path, files: PayloadFiles) -> None:
    with pytest.raises(SourceFailed, match="cannot be read"):
        await examine(DirectorySource(tmp_path / "no"), files, version=VERSION, board=BOARD)


def _mirror(root: Path, listing: bool = True) -> httpx2.AsyncClient:
    async def index(request):
        names = sorted(p.name for p in (root / BOARD / VERSION).iterdir())
        links = "".join(f'<a href="./{name}">{name}</a>' for name in names)
        return HTMLResponse(links if listing else "", 200 if listing else 403)

    routes = [
        Route(f"/{BOARD}/{VERSION}/", index),
        Route("/moved/{rest:path}", lambda r: RedirectResponse("/elsewhere")),
        Route("/broken/{rest:path}", lambda r: PlainTextResponse("no", 500)),
        Mount("/", StaticFiles(directory=root)),
    ]
    return httpx2.AsyncClient(
        transport=httpx2.ASGITransport(Starlette(routes=routes)), base_url="http://mirror"
    )


async def test_a_mirror_gives_the_same_as_the_directory(folder: Path, files: PayloadFiles) -> None:
    async with _mirror(folder.parents[1]) as http:
        source = MirrorSource(http, mirror_url("http://mirror", BOARD, VERSION))
        plan = await examine(source, files, version=VERSION, board=BOARD)
        local = await examine(DirectorySource(folder), files, version=VERSION, board=BOARD)
        assert plan.release == local.release
        stored = await fetch(source, files, plan)
    assert files.path(stored[0].digest.sha256).read_bytes() == MAIN


async def test_a_mirror_without_index_gives_the_named_extras(
    folder: Path, files: PayloadFiles
) -> None:
    async with _mirror(folder.parents[1], listing=False) as http:
        source = MirrorSource(http, mirror_url("http://mirror/", BOARD, VERSION))
        plan = await examine(source, files, version=VERSION, board=BOARD, extras=["oem-qemu.gz"])
    assert plan.release is not None
    assert [f.original for f in plan.release.extras] == ["oem-qemu.gz"]


@pytest.mark.parametrize(("base", "says"), [("moved", "answered 307"), ("broken", "answered 500")])
async def test_a_mirror_that_fails_is_named(
    folder: Path, files: PayloadFiles, base: str, says: str
) -> None:
    async with _mirror(folder.parents[1]) as http:
        source = MirrorSource(http, mirror_url(f"http://mirror/{base}", BOARD, VERSION))
        with pytest.raises(SourceFailed, match=says):
            await examine(source, files, version=VERSION, board=BOARD)


@pytest.mark.parametrize(
    "bad", ["ftp://x", "file:///etc", "http://u:p@x", "http://x/?a=1", "x", "http://", ""]
)
def test_a_mirror_is_a_plain_url(bad: str) -> None:
    with pytest.raises(PayloadRefused):
        mirror_url(bad, BOARD, VERSION)


def test_checksum_files() -> None:
    digest = "AB" * 32
    assert parse_checksum(digest, "x.gz") == digest.lower()
    assert parse_checksum(f"{digest} *x.gz\n{'cd' * 32}  y.gz\n", "x.gz") == digest.lower()
    for bad in ("", "xyz", f"{digest}\n{digest}", f"{digest}  a\n{digest}  b"):
        with pytest.raises(PayloadRefused):
            parse_checksum(bad, "x.gz")


def test_release_descriptions() -> None:
    assert parse_version_file('A=1\nFLATCAR_VERSION_ID="4.5.6"\n# no\n') == {
        "A": "1",
        "FLATCAR_VERSION_ID": "4.5.6",
    }
    assert parse_releases("{}", "1.0.0") == ("", "")
    for bad in ("[]", "nope", '{"1.0.0": 3}', "[" * 100_000):
        with pytest.raises(PayloadRefused):
            parse_releases(bad, "1.0.0")
    assert is_extra("oem-qemu.gz")
    assert not is_extra("oem-qemu.gz.sha256")
    assert not is_extra("../oem-x.gz")
