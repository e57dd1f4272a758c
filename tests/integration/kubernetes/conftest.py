"""A real API server of this worker's own, which tests may kill."""

from __future__ import annotations

from tests.contract.kubernetes.conftest import api_server

__all__ = ["api_server"]
