"""What operators configured, in memory: read whole, replaced whole, never edited."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

import msgspec

from backend.omaha.domain.model import (
    Arch,
    Channel,
    ExtraFile,
    Floor,
    Group,
    Package,
    PackageKind,
)
from backend.omaha.domain.rules import RolloutPolicy
from backend.omaha.domain.semver import parse
from backend.omaha.store.contract import UpdateStore
from backend.omaha.store.statements import READ_CONFIG, ROLLOUT, rollout

LEGACY_TRACKS: Final = {
    "5b810680-e36a-4879-b98a-4f989e80b899": "alpha",
    "3fe10490-dd73-4b49-b72a-28ac19acfcdc": "beta",
    "9a2deb70-37be-4026-853f-bfdd6b347bbe": "stable",
    "72834a2b-ad86-4d6d-b498-e08a19ebe54e": "edge",
    "e641708d-fb48-4260-8bdf-ba2074a1147a": "alpha",
    "d112ec01-ba34-4a9e-9d4b-9814a685f266": "beta",
    "11a585f6-9418-4df0-8863-78b2fd3240f8": "stable",
    "b4b2fa22-c1ea-498c-a8ac-c1dc0b1d7c17": "edge",
}
"""Tracks old Flatcar machines still send (updates 2.2; flatcar/nebraska:backend/pkg/omaha)."""

Row = tuple[Any, ...]


class Config(msgspec.Struct, frozen=True):
    """A consistent reading. `applications`: id by Omaha appid; `tracks`: group by
    application, track and architecture; `groups`: by id. The group of `default_track` serves
    machines of a track that no group has; without one they are refused. `mirrors` were
    registered: application and the id they give themselves."""

    version: int
    applications: dict[str, int]
    tracks: dict[tuple[int, str, int], Group]
    groups: dict[int, Group]
    default_track: str = ""
    mirrors: frozenset[tuple[int, str]] = frozenset()

    def find(self, application_id: int, track: str, arch: Arch) -> Group | None:
        """The group that serves a machine's track: of its architecture, else of all."""
        track = LEGACY_TRACKS.get(track, track)
        found = self.tracks.get((application_id, track, arch))
        found = found or self.tracks.get((application_id, track, Arch.ALL))
        if found is None and self.default_track not in {"", track}:
            return self.find(application_id, self.default_track, arch)
        return found


EMPTY: Final = Config(-1, {}, {}, {})


class InForce:
    """The configuration every part of one service decides by; replaced when it changed."""

    def __init__(self) -> None:
        self.config: Config = EMPTY


async def load(store: UpdateStore) -> Config:
    """Read everything. If an edit commits in between, it is read again, so that the version
    never promises more than was read."""
    while True:
        before = await _version(store)
        config = await _read(store, before)
        if await _version(store) == before:
            return config


async def _version(store: UpdateStore) -> int:
    rows = await store.query(READ_CONFIG)
    return int(rows[0][0]) if rows else 0


async def _read(store: UpdateStore, version: int) -> Config:
    packages = await _packages(store)
    channels = await _channels(store, packages)
    rows = await store.query(
        f"SELECT {ROLLOUT} FROM omaha_rollout WHERE id IN"  # noqa: S608 (our columns)
        " (SELECT rollout_id FROM omaha_group WHERE rollout_id IS NOT NULL)"
    )
    rollouts = {row[0]: rollout(row) for row in rows}
    groups = {}
    for row in await store.query(
        "SELECT id, application_id, name, track, arch, policy, channel_id, rollout_id"
        " FROM omaha_group"
    ):
        groups[row[0]] = Group(
            id=row[0],
            application_id=row[1],
            name=row[2],
            track=row[3],
            arch=Arch(row[4]),
            policy=_policy(row[5]),
            channel=channels.get(row[6]),
            rollout=rollouts.get(row[7]),
        )
    applications = await store.query("SELECT appid, id FROM omaha_application")
    tracks = {(g.application_id, g.track, int(g.arch)): g for g in groups.values()}
    mirrors = await store.query("SELECT application_id, machine_id FROM omaha_registered_mirror")
    known = frozenset((row[0], row[1]) for row in mirrors)
    return Config(version, dict(applications), tracks, groups, mirrors=known)


async def _packages(store: UpdateStore) -> dict[int, Package]:
    extras: defaultdict[int, list[ExtraFile]] = defaultdict(list)
    for row in await store.query(
        "SELECT package_id, name, size, sha1, sha256 FROM omaha_package_file ORDER BY id"
    ):
        extras[row[0]].append(ExtraFile(*row[1:]))
    blacklist: defaultdict[int, set[int]] = defaultdict(set)
    for package, channel in await store.query("SELECT package_id, channel_id FROM omaha_blacklist"):
        blacklist[package].add(channel)
    rows = await store.query(
        "SELECT id, application_id, release, arch, url, filename, size, sha1, sha256, kind"
        " FROM omaha_package WHERE id IN (SELECT package_id FROM omaha_channel"
        " UNION SELECT package_id FROM omaha_floor)"
    )
    return {row[0]: _package(row, extras[row[0]], blacklist[row[0]]) for row in rows}


def _package(row: Row, extras: list[ExtraFile], blacklist: set[int]) -> Package:
    return Package(
        id=row[0],
        application_id=row[1],
        release=parse(row[2]),
        arch=Arch(row[3]),
        url=row[4],
        filename=row[5],
        size=row[6],
        sha1=row[7],
        sha256=row[8],
        kind=PackageKind(row[9]),
        extras=tuple(extras),
        blacklist=frozenset(blacklist),
    )


async def _channels(store: UpdateStore, packages: dict[int, Package]) -> dict[int, Channel]:
    floors: defaultdict[int, list[Floor]] = defaultdict(list)
    for channel, package, reason in await store.query(
        "SELECT channel_id, package_id, reason FROM omaha_floor"
    ):
        if package in packages:
            floors[channel].append(Floor(packages[package], reason))
    rows = await store.query("SELECT id, name, arch, package_id FROM omaha_channel")
    return {
        row[0]: Channel(
            id=row[0],
            name=row[1],
            arch=Arch(row[2]),
            package=packages.get(row[3]),
            floors=tuple(sorted(floors[row[0]], key=lambda floor: floor.package.release)),
        )
        for row in rows
    }


def _policy(stored: str | dict[str, Any]) -> RolloutPolicy:
    if isinstance(stored, str):
        return RolloutPolicy.model_validate_json(stored)
    return RolloutPolicy.model_validate(stored)
