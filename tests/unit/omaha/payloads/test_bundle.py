import asyncio
import io
import json
import tarfile
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from backend.omaha.domain.model import Arch, PackageKind
from backend.omaha.payloads.bundle import read_bundle, read_manifest, write_bundle
from backend.omaha.payloads.errors import PayloadNotFound, PayloadRefused
from backend.omaha.payloads.files import PayloadFiles, receive
from backend.omaha.payloads.header import Format
from backend.omaha.payloads.manifest import BundleFile, BundleManifest, BundlePackage
from backend.omaha.payloads.signing import (
    fingerprint,
    load_private,
    load_public,
    new_key,
    sign,
)
from tests.unit.omaha.payloads.samples import payload, stream

MAIN, SIGNATURE = payload(b"m" * 5000), b"detached"
KEY = Ed25519PrivateKey.generate()
TRUSTED = [KEY.public_key()]


@pytest.fixture
def files(tmp_path: Path) -> PayloadFiles:
    return PayloadFiles(tmp_path / "there", reserve=0)


@pytest.fixture
def here(tmp_path: Path) -> PayloadFiles:
    return PayloadFiles(tmp_path / "here", reserve=0)


@pytest.fixture
def manifest(here: PayloadFiles) -> BundleManifest:
    async def store(data: bytes, kind: Format):
        return await receive(here, stream(data), kind=kind, size=len(data))

    main = asyncio.run(store(MAIN, Format.UPDATE))
    kept = asyncio.run(store(SIGNATURE, Format.RAW))
    package = BundlePackage(
        release="4593.2.5", arch=Arch.AMD64, kind=PackageKind.FLATCAR,
        filename="flatcar-amd64-4593.2.5.gz", size=main.size, sha1=main.sha1_base64,
        sha256=main.sha256_base64,
    )  # fmt: skip
    return BundleManifest(
        created="2026-11-21T10:00:00Z", appid="e96281a6", application="Flatcar",
        packages=(package,),
        files=(
            BundleFile(name="flatcar-amd64-4593.2.5.gz", sha256=main.sha256, sha1=main.sha1,
                       size=main.size, kind=Format.UPDATE, signature=kept.sha256),
            BundleFile(name="flatcar-amd64-4593.2.5.gz.sig", sha256=kept.sha256, sha1=kept.sha1,
                       size=kept.size, kind=Format.RAW),
        ),
    )  # fmt: skip


@pytest.fixture
def bundle(tmp_path: Path, here: PayloadFiles, manifest: BundleManifest) -> Path:
    path = tmp_path / "update.tar"
    write_bundle(path, here, manifest, KEY)
    return path


def entries(bundle: Path) -> list[tuple[tarfile.TarInfo, bytes]]:
    with tarfile.open(bundle) as tar:
        return [(m, tar.extractfile(m).read()) for m in tar]


def rewrite(bundle: Path, parts: list[tuple[tarfile.TarInfo, bytes]]) -> Path:
    with tarfile.open(bundle, "w") as tar:
        for entry, data in parts:
            entry.size = len(data) if entry.isreg() else 0
            tar.addfile(entry, io.BytesIO(data) if entry.isreg() else None)
    return bundle


def test_a_bundle_arrives_whole(
    bundle: Path, files: PayloadFiles, here: PayloadFiles, manifest: BundleManifest
) -> None:
    got, signer = read_bundle(bundle, files, TRUSTED)
    assert got == manifest
    assert signer == fingerprint(KEY.public_key())
    assert files.addresses() == here.addresses()
    assert files.path(manifest.files[0].sha256).read_bytes() == MAIN
    assert read_bundle(bundle, files, TRUSTED)[0] == manifest


def test_the_dry_run_stores_nothing(
    bundle: Path, files: PayloadFiles, manifest: BundleManifest
) -> None:
    assert read_manifest(bundle, TRUSTED)[0] == manifest
    assert files.addresses() == []


def test_only_trusted_keys_count(bundle: Path, files: PayloadFiles) -> None:
    other = Ed25519PrivateKey.generate().public_key()
    for trusted in ([], [other]):
        with pytest.raises(PayloadRefused, match="not among"):
            read_bundle(bundle, files, trusted)


def test_every_single_changed_part_is_found(bundle: Path, files: PayloadFiles) -> None:
    parts = entries(bundle)
    for index, (entry, data) in enumerate(parts):
        changed = bytearray(data)
        changed[len(changed) // 2] ^= 1
        with pytest.raises(PayloadRefused):
            read_bundle(
                rewrite(bundle, [*parts[:index], (entry, bytes(changed)), *parts[index + 1 :]]),
                files,
                TRUSTED,
            )


def test_missing_reordered_and_foreign_parts_are_refused(bundle: Path, files: PayloadFiles) -> None:
    parts = entries(bundle)
    evil = tarfile.TarInfo("../../evil")
    link = tarfile.TarInfo(parts[2][0].name)
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    for wrong in (
        [], parts[1:], parts[:3], [parts[1], parts[0], *parts[2:]],
        [parts[0], parts[1], parts[3], parts[2]],
        [*parts[:2], (evil, b"x"), *parts[2:]], [*parts[:2], (link, b""), parts[3]],
    ):  # fmt: skip
        with pytest.raises(PayloadRefused):
            read_bundle(rewrite(bundle, wrong), files, TRUSTED)
    assert not (files.root.parent / "evil").exists()


@pytest.mark.parametrize("length", [0, 100, 600, 2000, 3000, 5000])
def test_a_cut_bundle_is_refused(bundle: Path, files: PayloadFiles, length: int) -> None:
    bundle.write_bytes(bundle.read_bytes()[:length])
    with pytest.raises(PayloadRefused):
        read_bundle(bundle, files, TRUSTED)


def test_a_signed_manifest_must_still_be_valid(bundle: Path, files: PayloadFiles) -> None:
    parts = entries(bundle)
    for change in (
        {"version": 2}, {"extra": 1}, {"packages": [{}]},
        {"files": [{"name": "../x", "sha256": "0" * 64, "sha1": "0" * 40, "size": 1,
                    "kind": "raw"}]},
    ):  # fmt: skip
        body = json.dumps(json.loads(parts[0][1]) | change).encode()
        forged = [(parts[0][0], body), (parts[1][0], sign(KEY, body)), *parts[2:]]
        with pytest.raises(PayloadRefused, match="not valid"):
            read_bundle(rewrite(bundle, forged), files, TRUSTED)


def test_a_huge_manifest_is_not_read(bundle: Path, files: PayloadFiles) -> None:
    parts = entries(bundle)
    huge = [(parts[0][0], b" " * (17 << 20)), *parts[1:]]
    with pytest.raises(PayloadRefused, match="which is wrong"):
        read_bundle(rewrite(bundle, huge), files, TRUSTED)


def test_an_export_without_bytes_leaves_no_file(
    tmp_path: Path, files: PayloadFiles, manifest: BundleManifest
) -> None:
    with pytest.raises(PayloadNotFound):
        write_bundle(tmp_path / "x.tar", files, manifest, KEY)
    assert not list(tmp_path.glob("*x.tar*"))


def test_keys_are_files_never_overwritten(tmp_path: Path) -> None:
    private, public = tmp_path / "key.pem", tmp_path / "key.pub"
    name = new_key(private, public)
    assert private.stat().st_mode & 0o777 == 0o600
    assert fingerprint(load_public(public)) == name
    assert fingerprint(load_private(private).public_key()) == name
    with pytest.raises(FileExistsError):
        new_key(private, public)
    for load, path in ((load_private, public), (load_public, private), (load_public, tmp_path)):
        with pytest.raises(PayloadRefused):
            load(path)
