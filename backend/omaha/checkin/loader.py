"""Reads machines nobody remembers: one query at a time, for all that arrived meanwhile."""

from __future__ import annotations

import asyncio
from typing import Final

from backend.omaha.checkin.memory import MachineCache
from backend.omaha.store.contract import Key, StoreDown, UpdateStore
from backend.omaha.store.entry import MachineEntry

MAX_BATCH: Final = 256


class Loader:
    """Looks machines up in batches and remembers those that exist."""

    def __init__(self, store: UpdateStore, machines: MachineCache) -> None:
        self._store = store
        self._machines = machines
        self._wanted: dict[Key, list[asyncio.Future[MachineEntry | None]]] = {}
        self._arrived = asyncio.Event()

    async def load(self, key: Key) -> MachineEntry | None:
        """The machine's row, or None when it is not registered. Raises `StoreDown`."""
        future: asyncio.Future[MachineEntry | None] = asyncio.get_running_loop().create_future()
        self._wanted.setdefault(key, []).append(future)
        self._arrived.set()
        return await future

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            await self._arrived.wait()
            keys = list(self._wanted)[:MAX_BATCH]
            batch = {key: self._wanted.pop(key) for key in keys}
            if not self._wanted:
                self._arrived.clear()
            try:
                found = await self._store.load(keys)
            except StoreDown as error:
                _fail(batch, error)
                continue
            for entry in found.values():
                self._machines.put(entry)
            for key, waiting in batch.items():
                for future in waiting:
                    if not future.done():
                        future.set_result(found.get(key))


def _fail(batch: dict[Key, list[asyncio.Future[MachineEntry | None]]], error: StoreDown) -> None:
    for waiting in batch.values():
        for future in waiting:
            if not future.done():
                future.set_exception(error)
