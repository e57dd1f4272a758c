"""Offline bundles: packages and their files in one signed tar, for sites without a network.

Order in the tar: ``manifest.json``, ``manifest.sig``, then ``files/<sha256>`` in the
manifest's order. Reading is one pass: nothing is taken from the tar before the signature
holds, and then only entries the manifest expects next. A tar's names are compared, never
used as paths; anything but a plain file ends the import.
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from pydantic import ValidationError

from backend.omaha.payloads.digest import READ_SIZE, Digester
from backend.omaha.payloads.errors import PayloadRefused
from backend.omaha.payloads.files import PayloadFiles
from backend.omaha.payloads.header import HEADER_SIZE, Format, check_header
from backend.omaha.payloads.manifest import BundleFile, BundleManifest
from backend.omaha.payloads.signing import sign, verify

MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.sig"
MAX_MANIFEST: Final = 16 << 20
MAX_SIGNATURE: Final = 4 << 10


def write_bundle(
    target: Path, files: PayloadFiles, manifest: BundleManifest, key: Ed25519PrivateKey
) -> None:
    """Write the bundle; it appears under `target` only when it is whole. Blocking."""
    body = manifest.model_dump_json(indent=1).encode()
    draft = target.with_name(f".{target.name}.part")
    try:
        with tarfile.open(draft, "w", format=tarfile.PAX_FORMAT) as tar:
            _add(tar, MANIFEST, len(body), io.BytesIO(body))
            signature = sign(key, body)
            _add(tar, SIGNATURE, len(signature), io.BytesIO(signature))
            for file in _unique(manifest.files):
                files.size(file.sha256)
                with files.path(file.sha256).open("rb") as data:
                    _add(tar, f"files/{file.sha256}", file.size, data)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def read_manifest(source: Path, trusted: Iterable[Ed25519PublicKey]) -> tuple[BundleManifest, str]:
    """The verified manifest and the signer's fingerprint, without reading the files: the
    dry run. Raises `PayloadRefused`. Blocking."""
    with _open(source) as tar:
        return _verified(tar, trusted)


def read_bundle(
    source: Path, files: PayloadFiles, trusted: Iterable[Ed25519PublicKey]
) -> tuple[BundleManifest, str]:
    """Verify and store every file of the bundle; its manifest and the signer's fingerprint.

    A file already in the store is skipped. Raises `PayloadRefused` for anything that is not
    exactly what the manifest says; files stored before that stay, and are harmless: each is
    what a trusted manifest named. Blocking.
    """
    with _open(source) as tar:
        manifest, signer = _verified(tar, trusted)
        expected = _unique(manifest.files)
        missing = sum(file.size for file in expected if not files.has(file.sha256))
        files.check_room(max((f.size for f in expected), default=0), promised=0)
        files.check_room(0, promised=missing)
        for file in expected:
            data = _next(tar, f"files/{file.sha256}", file.size)
            if not files.has(file.sha256):
                _store(files, file, data)
    return manifest, signer


def _verified(
    tar: tarfile.TarFile, trusted: Iterable[Ed25519PublicKey]
) -> tuple[BundleManifest, str]:
    body = _read(_next(tar, MANIFEST, None, MAX_MANIFEST), MAX_MANIFEST)
    signature = _read(_next(tar, SIGNATURE, None, MAX_SIGNATURE), MAX_SIGNATURE)
    signer = verify(trusted, body, signature)
    try:
        return BundleManifest.model_validate_json(body), signer
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise PayloadRefused(
            f"The bundle's manifest is not valid: {where}: {first['msg']}.", field="manifest"
        ) from None


def _open(source: Path) -> tarfile.TarFile:
    try:
        return tarfile.open(source, "r|")
    except (OSError, tarfile.TarError) as error:
        raise PayloadRefused(f"{source} is no readable bundle: {error}.") from None


def _next(tar: tarfile.TarFile, name: str, size: int | None, limit: int = 0) -> IO[bytes]:
    try:
        entry = tar.next()
        data = tar.extractfile(entry) if entry is not None and entry.isreg() else None
    except (OSError, tarfile.TarError, EOFError) as error:
        raise PayloadRefused(f"The bundle is damaged before {name}: {error}.") from None
    if entry is None or data is None or entry.name != name:
        found = entry.name[:100] if entry is not None else "its end"
        raise PayloadRefused(f"The bundle has {found!r} where the plain file {name} belongs.")
    if (size is not None and entry.size != size) or (size is None and entry.size > limit):
        raise PayloadRefused(f"{name} in the bundle has {entry.size} bytes, which is wrong.")
    return data


def _store(files: PayloadFiles, file: BundleFile, data: IO[bytes]) -> None:
    part = files.temporary()
    digester = Digester()
    try:
        with part.open("wb") as out:
            while chunk := _read(data):
                out.write(chunk)
                digester.update(chunk)
        digest = digester.digest()
        if (digest.sha256, digest.sha1, digest.size) != (file.sha256, file.sha1, file.size):
            raise PayloadRefused(f"{file.name} in the bundle is not what its manifest says.")
        if file.kind is Format.UPDATE:
            with part.open("rb") as head:
                check_header(head.read(HEADER_SIZE), file.size)
        files.adopt(part, digest)
    finally:
        part.unlink(missing_ok=True)


def _read(data: IO[bytes], most: int = READ_SIZE) -> bytes:
    try:
        return data.read(most)
    except (OSError, tarfile.TarError, EOFError) as error:
        raise PayloadRefused(f"The bundle ends too early: {error}.") from None


def _add(tar: tarfile.TarFile, name: str, size: int, data: IO[bytes]) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = size
    entry.mode = 0o644
    tar.addfile(entry, data)


def _unique(files: Iterable[BundleFile]) -> list[BundleFile]:
    return list({file.sha256: file for file in files}.values())
