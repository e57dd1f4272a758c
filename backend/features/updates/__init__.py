"""The update service inside the console: its collections and its operator API, guarded and
recorded."""

from __future__ import annotations

from functools import partial

from backend.features.context import Feature, FeatureContext
from backend.features.updates.rights import KINDS
from backend.live.sql import SqlSource
from backend.omaha.api import updates_router
from backend.omaha.api.deps import UpdatesDeps
from backend.omaha.catalog import tidying
from backend.omaha.lists.sources import sources
from backend.omaha.payloads.files import PayloadFiles

__all__ = ["register"]


def register(context: FeatureContext) -> Feature:
    """The collections, and the routes below ``/api/v1/updates``."""
    for source, topics in sources(context.db_sessions, context.organisation):
        context.registry.add(source.collection, source)
        for topic in topics:
            context.bus.subscribe(topic, partial(_ask_again, source))
    files = PayloadFiles(context.settings.home / "payloads")
    deps = UpdatesDeps(
        organisation=context.organisation,
        files=files,
        jobs=context.jobs,
        mirrors=context.settings.update_mirrors,
        mirror_networks=context.settings.update_mirror_networks,
    )
    jobs = (deps.import_job, deps.upload_job, *tidying.declared(files, deps.uploads))
    return Feature("updates", updates_router(deps), kinds=KINDS, jobs=jobs)


def _ask_again(source: SqlSource, _: object) -> None:
    source.notify()
