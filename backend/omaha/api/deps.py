"""What the update service's routes are given from outside."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx2
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit import Audit, Change, Origin, Target
from backend.jobs import Job, Jobs
from backend.omaha.api.targets import import_target, target_of, upload_target
from backend.omaha.catalog.finishing import Finish, HostedFile, finishing_job
from backend.omaha.catalog.importing import Made, Order, StartedBy, import_job
from backend.omaha.domain.rights import Rights
from backend.omaha.payloads.files import PayloadFiles
from backend.omaha.payloads.mirrors import open_mirror
from backend.omaha.payloads.source import ReleaseSource
from backend.omaha.payloads.upload import Uploads
from backend.omaha.store.tables import FileRecord
from integrations.addresses import Network


@dataclass(frozen=True, slots=True)
class UpdatesDeps:
    """Given to `updates_router`. `mirrors` are the base URLs releases may be imported from
    over the API: the operator's configuration, never the caller's choice; `mirror_networks`
    the private ranges their names may lead to. `http` asks them (None: a guarded client per
    import)."""

    organisation: str
    files: PayloadFiles
    jobs: Jobs
    mirrors: tuple[str, ...] = ("https://update.release.flatcar-linux.net",)
    mirror_networks: tuple[Network, ...] = ()
    http: httpx2.AsyncClient | None = None
    uploads: Uploads = field(init=False)
    import_job: Job[Order, Made] = field(init=False)
    upload_job: Job[Finish, HostedFile] = field(init=False)

    def __post_init__(self) -> None:
        uploads = Uploads(self.files, self.jobs.db_sessions)
        object.__setattr__(self, "uploads", uploads)
        job = import_job(self.files, self.jobs.leases, partial(_mirror, self), self._imported)
        object.__setattr__(self, "import_job", job)
        finishing = finishing_job(uploads, self.files, self._uploaded)
        object.__setattr__(self, "upload_job", finishing)

    async def _imported(
        self, session: AsyncSession, order: Order, verb: str, detail: Mapping[str, Any]
    ) -> None:
        """What an import did when its request is long over."""
        target = await import_target(session, Rights(self.organisation), order)
        given = dict(detail) | {"mirror": order.mirror, "board": order.board}
        self._record(session, order.by, verb, target, given)

    def _uploaded(
        self,
        session: AsyncSession,
        order: Finish,
        verb: str,
        row: FileRecord | None,
        detail: Mapping[str, Any],
    ) -> None:
        """What the finishing of an upload came to."""
        rights = Rights(self.organisation)
        target = target_of(rights, row) if row else upload_target(rights, order.name)
        self._record(session, order.by, verb, target, detail)

    def _record(
        self,
        session: AsyncSession,
        by: StartedBy,
        verb: str,
        target: Target,
        detail: Mapping[str, Any],
    ) -> None:
        origin = Origin(
            organisation=self.organisation,
            actor=by.login,
            subject_kind=by.subject.kind,
            subject_id=by.subject.id,
            credential_kind=by.credential.kind,
            credential_id=by.credential.id,
        )
        Audit(session, origin).did(verb, target, change=Change.of(detail, show=detail))


def _mirror(deps: UpdatesDeps, order: Order) -> AbstractAsyncContextManager[ReleaseSource]:
    return open_mirror(
        order.mirror, order.board, order.release, http=deps.http, networks=deps.mirror_networks
    )
