import base64
import hashlib
import shutil
from pathlib import Path

import pytest

from backend.omaha.payloads.errors import (
    FileTooLarge,
    PayloadNotFound,
    PayloadRefused,
    StorageFull,
)
from backend.omaha.payloads.files import PayloadFiles, receive
from backend.omaha.payloads.header import Format
from backend.omaha.payloads.names import check_name, extra_name, payload_name
from tests.unit.omaha.payloads.samples import Broken, broken, payload, sha256, stream


@pytest.fixture
def store(tmp_path: Path) -> PayloadFiles:
    return PayloadFiles(tmp_path / "payloads", reserve=0)


async def test_a_file_is_stored_under_its_checksum(store: PayloadFiles) -> None:
    data = payload(b"z" * 3000)
    digest = await receive(store, stream(data, 100), kind=Format.UPDATE, size=len(data))
    assert store.path(digest.sha256).read_bytes() == data
    assert digest.sha256 == sha256(data)
    assert digest.size == store.size(digest.sha256) == len(data)
    assert base64.b64decode(digest.sha1_base64) == hashlib.sha1(data).digest()
    assert base64.b64decode(digest.sha256_base64) == hashlib.sha256(data).digest()
    assert store.addresses() == [digest.sha256]


async def test_the_same_bytes_are_kept_once(store: PayloadFiles) -> None:
    data = payload()
    for _ in range(2):
        await receive(store, stream(data), kind=Format.UPDATE, size=len(data))
    assert len(store.addresses()) == 1


@pytest.mark.parametrize(
    ("data", "size", "checksum", "error"),
    [
        (payload(), len(payload()) + 1, None, PayloadRefused),
        (payload(), len(payload()) - 1, None, FileTooLarge),
        (payload(), len(payload()), "0" * 64, PayloadRefused),
        (payload(), len(payload()), "not a checksum", PayloadRefused),
        (b"<html>no such file</html>", 25, None, PayloadRefused),
        (b"CrAU", 4, None, PayloadRefused),
    ],
)
async def test_a_wrong_file_leaves_nothing_behind(
    store: PayloadFiles, data: bytes, size: int, checksum: str | None, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await receive(store, stream(data), kind=Format.UPDATE, size=size, sha256=checksum)
    assert [p for p in store.root.rglob("*") if p.is_file()] == []


async def test_a_broken_source_leaves_nothing_behind(store: PayloadFiles) -> None:
    with pytest.raises(Broken):
        await receive(store, broken(payload()), kind=Format.UPDATE, size=1000)
    assert [p for p in store.root.rglob("*") if p.is_file()] == []


async def test_limits_are_checked_before_the_first_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = PayloadFiles(tmp_path, max_size=10)
    with pytest.raises(FileTooLarge, match="accepts 10"):
        store.check_room(11)
    usage = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    PayloadFiles(tmp_path, reserve=100).check_room(900)
    with pytest.raises(StorageFull, match="0 are free"):
        PayloadFiles(tmp_path, reserve=100).check_room(1, promised=950)


def test_an_address_is_never_a_path(store: PayloadFiles) -> None:
    for bad in ("../../etc/passwd", "a" * 63, "g" * 64, ""):
        with pytest.raises(PayloadRefused):
            store.path(bad)
    with pytest.raises(PayloadNotFound):
        store.size("a" * 64)


@pytest.mark.parametrize("bad", ["", ".hidden", "a/b", "a b", "..", "a\n", "é", "x" * 201, "%2e"])
def test_names_that_cannot_stand_in_a_url_are_refused(bad: str) -> None:
    with pytest.raises(PayloadRefused):
        check_name(bad)


def test_hosted_names_follow_the_convention() -> None:
    assert payload_name("amd64", "4593.2.5") == "flatcar-amd64-4593.2.5.gz"
    extra = extra_name("arm64", "4593.2.5+nightly", "oem-qemu.gz")
    assert extra == "extrafile-arm64-4593.2.5+nightly-oem-qemu.gz"
