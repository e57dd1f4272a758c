"""One simulated machine: what it sends next and when, as update_engine would.

Sources: reference updates 3.2 (request), 3.5 (cycle and timing), 3.6 (error codes).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from hashlib import blake2b
from random import Random
from typing import Final

FIRST_SECONDS: Final = (120.0, 720.0)
INTERVAL_SECONDS: Final = (2400.0, 3000.0)
DOWNLOAD_SECONDS: Final = (30.0, 300.0)
INSTALL_SECONDS: Final = (20.0, 90.0)
REBOOT_SECONDS: Final = (60.0, 600.0)
PUBLIC_SERVER_FLAG: Final = 1 << 28
"""Set by update_engine when it talks to anything but the public server."""

FAILURES: Final = (9, 10, 12, 2404)
BOOTED_BACK: Final = 44

OEMS: Final = ("qemu", "azure", "ami", "gce", "vmware", "openstack", "")
_OFFERED: Final = re.compile(rb'<manifest version="([^"]{1,64})"')


class Stage(IntEnum):
    """Where a machine is in its cycle."""

    IDLE = 0
    GRANTED = 1
    DOWNLOADING = 2
    DOWNLOADED = 3
    INSTALLED = 4


@dataclass(frozen=True, slots=True)
class ReplyKind:
    """What machines of a fleet have in common; `aleph` is the version they were born with."""

    seed: str
    appid: str
    track: str
    aleph: str


class SimulatedMachine:
    """A machine with a stable identity made from its kind's seed and `number`. Small: there
    may be millions. `dice` are shared."""

    __slots__ = ("_dice", "_kind", "_number", "failing", "previous", "release", "stage", "target")

    def __init__(self, kind: ReplyKind, number: int, *, release: str, dice: Random) -> None:
        self._dice = dice
        self._kind = kind
        self._number = number
        self.release = release
        self.previous = "0.0.0.0"
        self.stage = Stage.IDLE
        self.target = ""
        self.failing = 0

    def request(self) -> bytes:
        """The body of the next request."""
        kind, number = self._kind, self._number
        identity = blake2b(f"{kind.seed}/{number}".encode(), digest_size=16).hexdigest()
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n<request protocol="3.0"'
            ' version="update_engine-0.4.10" updaterversion="update_engine-0.4.10"'
            ' installsource="scheduler" ismachine="1">\n<os version="Chateau" platform="CoreOS"'
            f' sp="{self.release}_x86_64"></os>\n'
            f'<app appid="{{{kind.appid}}}" version="{self.release}" track="{kind.track}"'
            f' bootid="{{{identity[:8]}-0000-4000-8000-{identity[:12]}}}"'
            f' oem="{OEMS[number % len(OEMS)]}" oemversion="1.0.0" alephversion="{kind.aleph}"'
            f' machineid="{identity}" machinealias="sim-{number}" lang="en-US"'
            f' board="amd64-usr" hardware_class="" delta_okay="false">{self._inner()}'
            "</app>\n</request>\n"
        ).encode()

    def answered(self, content: bytes, fail_percent: float) -> float:
        """Take the answer in; seconds until the next request."""
        if self.stage == Stage.IDLE:
            return self._checked(content, fail_percent)
        if self.failing and self.stage == Stage.DOWNLOADED:
            return self._give_up()
        return self._progress()

    def first(self) -> float:
        """Seconds from boot to the first check."""
        return self._dice.uniform(*FIRST_SECONDS)

    def _inner(self) -> str:
        if self.stage == Stage.IDLE:
            return (
                '<ping active="1"></ping><updatecheck></updatecheck>'
                f'<event eventtype="3" eventresult="2" previousversion="{self.previous}"></event>'
            )
        if self.failing and self.stage == Stage.DOWNLOADED:
            code = self.failing | PUBLIC_SERVER_FLAG
            return f'<event eventtype="3" eventresult="0" errorcode="{code}"></event>'
        event = {Stage.GRANTED: 13, Stage.DOWNLOADING: 14}.get(self.stage, 3)
        return f'<event eventtype="{event}" eventresult="1"></event>'

    def _checked(self, content: bytes, fail_percent: float) -> float:
        self.previous = ""
        found = _OFFERED.search(content)
        if found is None:
            return self._dice.uniform(*INTERVAL_SECONDS)
        self.target = found[1].decode()
        self.stage = Stage.GRANTED
        fails = self._dice.random() * 100 < fail_percent
        self.failing = self._dice.choice(FAILURES) if fails else 0
        return 1.0

    def _give_up(self) -> float:
        self.stage, self.failing = Stage.IDLE, 0
        return self._dice.uniform(*INTERVAL_SECONDS)

    def _progress(self) -> float:
        if self.stage == Stage.GRANTED:
            self.stage = Stage.DOWNLOADING
            return self._dice.uniform(*DOWNLOAD_SECONDS)
        if self.stage == Stage.DOWNLOADING:
            self.stage = Stage.DOWNLOADED
            return self._dice.uniform(*INSTALL_SECONDS)
        self.stage = Stage.IDLE
        self.previous, self.release = self.release, self.target
        return self._dice.uniform(*REBOOT_SECONDS)
