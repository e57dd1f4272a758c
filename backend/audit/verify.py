"""Walks a chain and finds the first place where it is not what it was. Pure.

It does not matter where links and checkpoints come from: the database (`stored.py`) or a file
(`exported.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from backend.audit.canonical import GENESIS, checkpoint_bytes, link_hash
from backend.audit.signing import signed_by

__all__ = ["Broken", "Link", "Report", "Statement", "Verifier"]


@dataclass(frozen=True, slots=True)
class Link:
    """A place of the chain with the entry that stands there; None: it is gone."""

    sequence: int
    hash: str
    key: str
    entry: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Statement:
    """A checkpoint, or a cut."""

    organisation: str
    sequence: int
    kind: str
    hash: str
    at: float
    key_id: str
    signature: str

    @property
    def covered(self) -> bytes:
        """What the signature covers."""
        return checkpoint_bytes(self.organisation, self.sequence, self.kind, self.hash, self.at)


class Broken(Exception):
    """The chain is not whole: the sentence says where and what differs."""

    def __init__(self, sequence: int, sentence: str) -> None:
        super().__init__(sentence)
        self.sequence = sequence
        self.sentence = sentence


@dataclass(slots=True)
class Report:
    """What was verified: `entries` from `first` to `last`. `signed` is the last place a signed
    checkpoint proves, made at `signed_at`; `unsigned` checkpoints prove nothing."""

    first: int = 0
    last: int = 0
    hash: str = GENESIS
    entries: int = 0
    checkpoints: int = 0
    unsigned: int = 0
    signed: int = 0
    signed_at: float = 0.0
    waiting: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def sentence(self) -> str:
        """The result in words."""
        if not self.entries:
            return "There is no entry in the chain."
        words = f"{self.entries} entries, {self.first} to {self.last}, are as they were recorded"
        if self.signed:
            words += f"; signed up to entry {self.signed} at {moment(self.signed_at)}"
        return f"{words}."


class Verifier:
    """Takes the links of one organisation in order. `keys` are the public keys that are believed,
    by id; `statements` all checkpoints, the cut among them. Everything raises `Broken`."""

    def __init__(
        self, organisation: str, keys: Mapping[str, str], statements: Iterable[Statement]
    ) -> None:
        self._organisation = organisation
        self._keys = keys
        self._at: dict[int, list[Statement]] = {}
        self.report = Report()
        ordered = sorted(statements, key=lambda one: (one.sequence, one.kind))
        signed = [one.sequence for one in ordered if one.signature]
        self._first_signed = min(signed, default=None)
        for one in ordered:
            self._believe(one)
            self._at.setdefault(one.sequence, []).append(one)
        self._furthest = ordered[-1] if ordered else None
        self._previous = GENESIS
        self._next = 1
        cut = next((one for one in reversed(ordered) if one.kind == "cut"), None)
        if cut is not None:
            self._begin(cut)

    def feed(self, link: Link) -> None:
        """Take the next link."""
        report = self.report
        if link.sequence != self._next:
            raise Broken(self._next, self._gap(link))
        if link.entry is None:
            raise Broken(
                link.sequence,
                f"Entry {link.sequence} was deleted: its place in the chain is there, and the "
                f"entry {link.key} is not.",
            )
        found = link_hash(self._previous, link.sequence, link.entry)
        if found != link.hash:
            raise Broken(link.sequence, _changed(link, found))
        for one in self._at.get(link.sequence, ()):
            self._agrees(one, link.hash)
        report.first = report.first or link.sequence
        report.last, report.hash = link.sequence, link.hash
        report.entries += 1
        self._previous, self._next = link.hash, link.sequence + 1

    def take(self, links: Iterable[Link]) -> None:
        """Take the next links."""
        for link in links:
            self.feed(link)

    def finish(self) -> Report:
        """The report, once every link was taken."""
        last, furthest = self._next - 1, self._furthest
        if furthest is not None and furthest.sequence > last:
            missing = furthest.sequence - last
            raise Broken(
                self._next,
                f"The chain ends at entry {last}, and the checkpoint of {moment(furthest.at)} "
                f"knows entry {furthest.sequence}: the last {missing} of them were removed.",
            )
        return self.report

    def _believe(self, one: Statement) -> None:
        what = "cut" if one.kind == "cut" else "checkpoint"
        if one.organisation != self._organisation:
            raise Broken(
                one.sequence,
                f"The {what} at entry {one.sequence} is of the organisation {one.organisation!r}.",
            )
        if not one.signature:
            self._bear(one, what)
            return
        public = self._keys.get(one.key_id)
        if public is None:
            raise Broken(
                one.sequence,
                f"The {what} at entry {one.sequence} is signed with the key {one.key_id!r}, which "
                "is not among the keys that are believed.",
            )
        if not signed_by(public, one.signature, one.covered):
            raise Broken(
                one.sequence,
                f"The {what} at entry {one.sequence} was forged or changed: its signature is not "
                f"that of the key {one.key_id!r}.",
            )
        self.report.checkpoints += 1

    def _bear(self, one: Statement, what: str) -> None:
        """Whoever writes to the database can make an unsigned statement. One of a time before the
        console could sign says nothing that lets entries go; a cut does at any time."""
        first = self._first_signed
        late = bool(self._keys) if first is None else one.sequence >= first
        if late or one.kind == "cut":
            raise Broken(
                one.sequence,
                f"The {what} at entry {one.sequence} is not signed: whoever can write to the "
                "database may have put it there.",
            )
        self.report.unsigned += 1

    def _begin(self, cut: Statement) -> None:
        self._previous, self._next = cut.hash, cut.sequence + 1
        words = f"Entries up to {cut.sequence} were removed by retention at {moment(cut.at)}"
        self.report.notes.append(f"{words}; the cut keeps the hash they ended with.")
        for one in self._at[cut.sequence]:
            self._agrees(one, cut.hash)

    def _agrees(self, one: Statement, digest: str) -> None:
        if one.hash != digest:
            raise Broken(
                one.sequence,
                f"The checkpoint of {moment(one.at)} says that the hash at entry {one.sequence} "
                f"was {one.hash[:16]}…, and the chain has {digest[:16]}…: entries up to "
                f"{one.sequence} were rewritten after that.",
            )
        if one.signature:
            self.report.signed, self.report.signed_at = one.sequence, one.at

    def _gap(self, link: Link) -> str:
        if link.sequence < self._next:
            return f"Entry {link.sequence} stands in the chain a second time."
        if link.sequence == self._next + 1:
            return f"Entry {self._next} is missing from the chain, before entry {link.sequence}."
        return f"Entries {self._next} to {link.sequence - 1} are missing from the chain."


def moment(at: Any) -> str:
    """A time as RFC 3339, to the second; what is none, as it stands."""
    try:
        return datetime.fromtimestamp(int(at), UTC).isoformat().replace("+00:00", "Z")
    except (TypeError, ValueError, OverflowError, OSError):
        return repr(at)[:40]


def _changed(link: Link, found: str) -> str:
    entry = link.entry or {}
    who = f"{entry.get('action')} by {entry.get('actor')} at {moment(entry.get('at', 0))}"
    return (
        f"Entry {link.sequence} ({who}) is not what was recorded in this place: with the entry "
        f"before it its content gives the hash {found[:16]}…, and the chain has {link.hash[:16]}…. "
        "It was changed, or exchanged with another."
    )
