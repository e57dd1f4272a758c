"""Sealed values open at their own place with a key of the ring, and nowhere else."""

from __future__ import annotations

import base64
import os

import pytest

from backend.secrets.envelope import (
    Key,
    Place,
    SecretProblem,
    UnknownKey,
    key_id_of,
    rewrap,
    seal,
    unseal,
)
from backend.secrets.keyring import (
    KeyRing,
    KeyRingError,
    make_key,
    make_key_file,
    parse_ring,
    read_ring,
)

OLD, NEW = Key("old", os.urandom(32)), Key("new", os.urandom(32))
HERE = Place("connection", "row1", "password")


def test_it_opens_where_it_was_sealed() -> None:
    stored = seal(OLD, HERE, b"swordfish")
    assert unseal({"old": OLD}, HERE, stored) == b"swordfish"
    assert "swordfish" not in stored
    assert key_id_of(stored) == "old"


@pytest.mark.parametrize(
    "other",
    [
        Place("connection", "row2", "password"),
        Place("connection", "row1", "token"),
        Place("provider", "row1", "password"),
    ],
)
def test_moved_elsewhere_it_does_not(other: Place) -> None:
    stored = seal(OLD, HERE, b"swordfish")
    with pytest.raises(SecretProblem, match="changed or moved"):
        unseal({"old": OLD}, other, stored)
    with pytest.raises(SecretProblem, match="changed or moved"):
        rewrap({"old": OLD}, NEW, other, stored)


def test_every_changed_byte_is_noticed() -> None:
    stored = seal(OLD, HERE, b"swordfish")
    parts = stored.split(".")
    for number in range(2, 6):
        data = bytearray(base64.urlsafe_b64decode(parts[number]))
        data[0] ^= 1
        damaged = [*parts]
        damaged[number] = base64.urlsafe_b64encode(bytes(data)).decode()
        with pytest.raises(SecretProblem):
            unseal({"old": OLD}, HERE, ".".join(damaged))


@pytest.mark.parametrize("stored", ["", "v1", "v2.a.b.c.d.e", "v1.old.!.!.!.!", "v1.old.é.é.é.é"])
def test_nonsense_is_said(stored: str) -> None:
    with pytest.raises(SecretProblem):
        unseal({"old": OLD}, HERE, stored)


def test_an_unknown_key_is_named() -> None:
    with pytest.raises(UnknownKey, match="'old'"):
        unseal({"new": NEW}, HERE, seal(OLD, HERE, b"x"))


def test_two_writes_of_the_same_value_share_nothing() -> None:
    one, two = (seal(OLD, HERE, b"same").split(".")[2:] for _ in range(2))
    assert not set(one) & set(two)


def test_rewrapping_leaves_the_value_as_it_is() -> None:
    stored = seal(OLD, HERE, b"swordfish")
    moved = rewrap({"old": OLD}, NEW, HERE, stored)
    assert key_id_of(moved) == "new"
    assert moved.split(".")[4:] == stored.split(".")[4:]
    assert unseal({"new": NEW}, HERE, moved) == b"swordfish"


def test_the_first_key_of_a_ring_is_active() -> None:
    ring = parse_ring(f"# comment\n{make_key('b')}\n\n{make_key('a')}\n")
    assert ring.active.id == "b"
    assert set(ring.keys) == {"a", "b"}
    assert make_key("c").partition(":")[2] not in repr(ring.active)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no key"),
        ("# only a comment", "no key"),
        ("nonsense", "base64|bytes"),
        ("a b:AAAA", "not ID:BASE64"),
        ("a:!!!!", "not base64"),
        ("a:AAAA", "3 bytes instead of 32"),
    ],
)
def test_a_ring_that_cannot_be_used_is_said(text: str, words: str) -> None:
    with pytest.raises(KeyRingError, match=words):
        parse_ring(text)


def test_two_keys_of_one_id_are_refused() -> None:
    with pytest.raises(KeyRingError, match="same id"):
        KeyRing(OLD, Key("old", os.urandom(32)))


def test_our_own_file_is_for_its_owner_only_and_made_once(tmp_path) -> None:
    file = tmp_path / "home" / "secrets.key"
    before = os.umask(0)
    try:
        make_key_file(file)
    finally:
        os.umask(before)
    assert file.stat().st_mode & 0o777 == 0o600
    first = read_ring(file).active
    make_key_file(file)
    assert read_ring(file).active == first
    assert [entry.name for entry in file.parent.iterdir()] == ["secrets.key"]


def test_a_file_that_is_not_there_is_said(tmp_path) -> None:
    with pytest.raises(KeyRingError, match="cannot be read: No such file"):
        read_ring(tmp_path / "none")
