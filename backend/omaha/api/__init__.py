"""The operators' REST API of the update service, mounted at ``/api/v1/updates``."""

from backend.omaha.api.deps import Audit, UpdatesDeps
from backend.omaha.api.router import updates_router

__all__ = ["Audit", "UpdatesDeps", "updates_router"]
