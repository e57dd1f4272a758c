"""The kinds of thing this feature declares for the catalogue of rights."""

from __future__ import annotations

from typing import Final

from auth.kinds import Kind
from auth.scope import namespace
from auth.verb import EDIT, READ, Verb

__all__ = ["KINDS"]

KINDS: Final = (
    Kind(
        "pod",
        "Pods",
        READ | EDIT | {Verb.LOGS, Verb.EXEC, Verb.FORWARD, Verb.EVICT},
        scope=namespace,
    ),
    Kind(
        "workload",
        "Workloads",
        READ | EDIT | {Verb.LOGS, Verb.PAUSE, Verb.SCALE, Verb.RESTART, Verb.ROLLBACK},
        scope=namespace,
    ),
    Kind("service", "Services", READ | EDIT, scope=namespace),
    Kind("volume", "Volumes", READ | EDIT, scope=namespace),
)
