"""The daily removal of files that nobody goes on with: given up uploads and broken downloads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import anyio
import msgspec

from backend.jobs import Declared, Job, Run, Schedule
from backend.omaha.payloads.download import Downloads
from backend.omaha.payloads.files import PayloadFiles
from backend.omaha.payloads.upload import Uploads

__all__ = ["KIND", "declared"]

KIND: Final = "updates.tidy"


class Tidy(msgspec.Struct, frozen=True):
    """Nothing to choose."""


@dataclass(frozen=True)
class _Tidying:
    files: PayloadFiles
    uploads: Uploads

    async def run(self, run: Run, _given: Tidy) -> int:
        """Both may be repeated; how many uploads were given up."""
        await run.step("downloads", lambda: anyio.to_thread.run_sync(Downloads(self.files).expire))
        return await run.step("uploads", self.uploads.expire, returns=int)


def declared(files: PayloadFiles, uploads: Uploads) -> tuple[Declared, ...]:
    """The job and its daily schedule."""
    tidy = Job(
        KIND, Tidy, _Tidying(files, uploads).run, output=int, limit=1,
        title=lambda _: "Remove unfinished transfers of payloads",
    )  # fmt: skip
    return tidy, Schedule(KIND, "20 3 * * *", tidy, Tidy())
