"""A real SCIM client on the shared console: scim2-tester finds nothing."""

from __future__ import annotations

import pytest

from tests.consoleprocess import ConsoleProcess
from tests.provisioning import nonconformities, provisioner


@pytest.mark.timeout(300)
def test_the_conformance_tester_finds_nothing(server: ConsoleProcess) -> None:
    with provisioner(server) as client:
        assert nonconformities(client.http) == []
