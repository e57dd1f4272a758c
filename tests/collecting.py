"""A pytest plugin: the garbage collector leaves alone what lives as long as the worker.

A worker holds the whole program, all tests and what they import. To look through them again and
again was a sixth of all that the unit tests did.
"""

from __future__ import annotations

from backend.collector import spare_what_comes, spare_what_is_there


def pytest_configure() -> None:
    """Let the modules come."""
    spare_what_comes()


def pytest_collection_finish() -> None:
    """From here on only what the tests make is looked at."""
    spare_what_is_there()
