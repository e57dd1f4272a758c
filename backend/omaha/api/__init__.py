"""The operators' REST API of the update service, mounted at ``/api/v1/updates``."""

from backend.omaha.api.deps import UpdatesDeps
from backend.omaha.api.router import updates_router

__all__ = ["UpdatesDeps", "updates_router"]
