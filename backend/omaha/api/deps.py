"""What the update service's routes are given from outside."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

import httpx2
from sqlalchemy.ext.asyncio import AsyncSession

from auth.policy import Policy
from auth.principal import Assurance, Principal
from backend.http.outbound import Network
from backend.jobs import Job, Jobs
from backend.omaha.api.rights import PACKAGE
from backend.omaha.catalog.importing import Made, Order, import_job
from backend.omaha.payloads.files import PayloadFiles
from backend.omaha.payloads.mirrors import open_mirror
from backend.omaha.payloads.source import ReleaseSource
from backend.omaha.payloads.upload import Uploads
from backend.omaha.store.tables import ApplicationRow


class Audit(Protocol):
    """Records a change in the caller's transaction, so that there is no change without its
    record and no record without its change (security reference, section 4)."""

    async def __call__(
        self,
        session: AsyncSession,
        principal: Principal,
        *,
        action: str,
        kind: str,
        target: str,
        detail: Mapping[str, Any],
    ) -> None:
        """`action` is ``kind:verb``, `target` the object's name, `detail` what changed."""


@dataclass(frozen=True, slots=True)
class UpdatesDeps:
    """Given to `updates_router`. `mirrors` are the base URLs releases may be imported from
    over the API: the operator's configuration, never the caller's choice; `mirror_networks`
    the private ranges their names may lead to. `http` asks them (None: a guarded client per
    import)."""

    organisation: str
    files: PayloadFiles
    audit: Audit
    jobs: Jobs
    mirrors: tuple[str, ...] = ("https://update.release.flatcar-linux.net",)
    mirror_networks: tuple[Network, ...] = ()
    http: httpx2.AsyncClient | None = None
    uploads: Uploads = field(init=False)
    import_job: Job[Order, Made] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "uploads", Uploads(self.files))
        job = import_job(self.files, self.jobs.leases, partial(_mirror, self), self._record)
        object.__setattr__(self, "import_job", job)

    async def _record(
        self, session: AsyncSession, order: Order, verb: str, detail: Mapping[str, Any]
    ) -> None:
        """What an import did when its request is long over."""
        by = order.by
        app = await session.get(ApplicationRow, order.application_id)
        await self.audit(
            session,
            Principal(
                subject=by.subject,
                subjects=frozenset({by.subject}),
                login=by.login,
                name=by.name,
                organisation=self.organisation,
                policy=Policy(()),
                credential=by.credential,
                assurance=Assurance("job", time.time()),
            ),
            action=f"{PACKAGE}:{verb}",
            kind=PACKAGE,
            target=f"{app.name if app else order.application_id}/{order.release}",
            detail=dict(detail) | {"mirror": order.mirror, "board": order.board},
        )


def _mirror(deps: UpdatesDeps, order: Order) -> AbstractAsyncContextManager[ReleaseSource]:
    return open_mirror(
        order.mirror, order.board, order.release, http=deps.http, networks=deps.mirror_networks
    )
