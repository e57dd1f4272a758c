"""The update service inside the console: its collections and its operator API, guarded and
recorded."""

from __future__ import annotations

from backend.features.context import Feature, FeatureContext
from backend.features.updates.rights import KINDS
from backend.features.updates.sources import add_collections
from backend.omaha.api import updates_router
from backend.omaha.api.deps import UpdatesDeps
from backend.omaha.payloads.files import PayloadFiles

__all__ = ["register"]


def register(context: FeatureContext) -> Feature:
    """The collections, and the routes below ``/api/v1/updates``."""
    add_collections(context)
    files = PayloadFiles(context.settings.home / "payloads")
    deps = UpdatesDeps(
        organisation=context.organisation,
        files=files,
        jobs=context.jobs,
        mirrors=context.settings.update_mirrors,
        mirror_networks=context.settings.update_mirror_networks,
    )
    return Feature("updates", updates_router(deps), kinds=KINDS, jobs=(deps.import_job,))
