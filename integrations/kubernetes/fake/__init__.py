"""An API server inside the test's process; see `app` and `store`."""

from __future__ import annotations

from integrations.kubernetes.fake.app import FakeKubernetes
from integrations.kubernetes.fake.store import Store
from integrations.kubernetes.fake.transport import StreamingTransport

__all__ = ["FakeKubernetes", "Store", "StreamingTransport"]
