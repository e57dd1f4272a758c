"""Routes: a Flatcar release from one of the configured mirrors, whose files stay there.

Hosting them here means fetching hundreds of megabytes in the background: `hosting`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field

from auth.role import Verb
from backend.http.guard import Requires
from backend.omaha.api import packages as package_routes
from backend.omaha.api.call import Caller
from backend.omaha.api.mirrors import chosen, mirror
from backend.omaha.api.package_bodies import PackageView
from backend.omaha.api.scopes import at_application, at_root
from backend.omaha.api.targets import release_target
from backend.omaha.api.types import Body, Id, View
from backend.omaha.catalog import edit, packages, releases
from backend.omaha.domain.rights import PACKAGE
from backend.omaha.payloads.importer import ImportPlan, examine
from backend.omaha.payloads.release import MAX_EXTRAS
from backend.omaha.store.tables import ApplicationRecord

router = APIRouter(tags=["updates: packages"])

ExtraName = Annotated[str, Field(pattern=r"^(oem|flatcar)-[A-Za-z0-9_.+-]{1,98}\.gz$")]


class NewImport(Body):
    """A release on a mirror. `extras` are files to insist on beside those it lists."""

    release: Annotated[str, Field(min_length=5, max_length=64)]
    board: Literal["amd64-usr", "arm64-usr"]
    mirror: Annotated[str, Field(max_length=256)] | None = None
    extras: Annotated[list[ExtraName], Field(default_factory=list, max_length=MAX_EXTRAS)]
    dry_run: bool = False


class ReleaseFileView(View):
    """A file on the mirror: size in bytes, SHA-256 in hex."""

    name: str
    size: int
    sha256: str


class ImportView(View):
    """What was found, every problem, and the package made (null in a dry run, and while
    there are problems). `created` false: it was there already, with the same payload."""

    source: str
    files: list[ReleaseFileView]
    problems: list[str]
    package: PackageView | None
    created: bool


@router.get("/mirrors", dependencies=[Requires(PACKAGE, Verb.LIST, at_root)])
async def list_mirrors(call: Caller) -> list[str]:
    """The mirrors releases may be imported from."""
    return list(call.deps.mirrors)


@router.post(
    "/applications/{application_id}/imports",
    dependencies=[Requires(PACKAGE, Verb.CREATE, at_application)],
)
async def import_release(call: Caller, application_id: Id, body: NewImport) -> ImportView:
    """Look at a release on a mirror and, unless it is a dry run, make its package."""
    packages.check_release(body.release)
    base = chosen(call.deps, body.mirror)
    async with mirror(call.deps, base, body.board, body.release) as source:
        plan = await examine(
            source, call.deps.files, version=body.release, board=body.board, extras=body.extras
        )
    if body.dry_run or plan.problems or plan.release is None:
        return _view(plan, None, created=False)
    await call.begin()
    app = await edit.get(call.session, ApplicationRecord, application_id)
    made = await releases.refer(call.session, app, plan.release, plan.source)
    target = release_target(call.rights, app, body.release)
    call.did("import", target, body.model_dump(), right=Verb.CREATE)
    package = (await package_routes.views(call, [made.package]))[0]
    return _view(plan, package, created=made.created)


def _view(plan: ImportPlan, package: PackageView | None, *, created: bool) -> ImportView:
    found = plan.release.files if plan.release else ()
    return ImportView(
        source=plan.source,
        files=[ReleaseFileView(name=f.original, size=f.size, sha256=f.sha256) for f in found],
        problems=list(plan.problems),
        package=package,
        created=created,
    )
