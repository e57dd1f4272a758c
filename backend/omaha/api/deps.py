"""What the update service's routes are given from outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx2
from sqlalchemy.ext.asyncio import AsyncSession

from auth.principal import Principal
from backend.http.outbound import Network
from backend.omaha.payloads.files import PayloadFiles
from backend.omaha.payloads.import_runner import Imports
from backend.omaha.payloads.upload import Uploads


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
    mirrors: tuple[str, ...] = ("https://update.release.flatcar-linux.net",)
    mirror_networks: tuple[Network, ...] = ()
    http: httpx2.AsyncClient | None = None
    uploads: Uploads = field(init=False)
    imports: Imports = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "uploads", Uploads(self.files))
        object.__setattr__(self, "imports", Imports(self.files))
