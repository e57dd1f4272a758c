"""What a run of a runbook is given: for whom, at which store, in which steps."""

from __future__ import annotations

import msgspec

from auth.principal import Credential
from auth.subject import Subject
from backend.audit import Origin

__all__ = ["Order", "Step", "Told"]


class Step(msgspec.Struct, frozen=True):
    """One step. `name` is the job's, unique in the run; the others are for people: `on_failure` is
    what to do where it fails, `command` is what to run by hand."""

    name: str
    title: str
    words: str
    on_failure: str
    command: str = ""


class Told(msgspec.Struct, frozen=True):
    """What came of a step, in words, and what later steps go by."""

    words: str
    values: dict[str, str] = {}


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """One run: `steps` are as they were told before it began. It is about the cluster `cluster_id`,
    whatever its connection leads to later; `confirmed` is the newest revision that was seen before
    it was confirmed (0: none was)."""

    etcd: str
    subject: Subject
    credential: Credential
    login: str
    origin: Origin
    steps: tuple[Step, ...] = ()
    cluster_id: str = ""
    confirmed: int = 0

    def step(self, name: str) -> Step:
        """The step of that name."""
        return next(step for step in self.steps if step.name == name)
