"""A pytest plugin: argon2id at its lowest cost in the tests' own process.

At its real cost (0.1 s of several cores, 64 MiB) it was a fifth of all that the tests did. Consoles
that run as processes of their own keep the real one, and so does `real_hashing`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST

from auth import password

REAL = password._hasher


@pytest.fixture(scope="session", autouse=True)
def cheap_hashing() -> Iterator[None]:
    """For the whole run of a worker."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(password, "_hasher", PasswordHasher.from_parameters(CHEAPEST))
        yield


@pytest.fixture
def real_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the product does, for a test that is about it."""
    monkeypatch.setattr(password, "_hasher", REAL)
