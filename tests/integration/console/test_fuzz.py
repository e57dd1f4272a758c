"""Schemathesis over every GET of the running console: no input breaks it.

The changing half of the update service has its own (tests/integration/omaha/api/test_fuzz.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance

from tests.consoleprocess import ConsoleProcess, Person, openapi_document

pytestmark = pytest.mark.timeout(600)

REAL: dict[str, list[str]] = {
    "cluster": ["local"],
    "kind": ["pods", "deployments", "nodes", "secrets", "events"],
    "namespace": ["payments", "-"],
    "definition": ["backups.storage.example.org"],
    "repository": ["shop/cart"],
    "reference": ["1.9.0"],
    "prefix": ["/", "/config/"],
    "key": ["/config/shop/cart/settings.json", "local/payments/api"],
    "name": ["local", "pods", "events", "activity", "keys", "api"],
    "by": ["status", "release"],
}
"""Values that exist, since random ones hardly ever do."""


def mostly(case: schemathesis.Case, met: int) -> None:
    """Put existing values where the route has a place for them."""
    for place in (case.path_parameters, case.query):
        for name in list(place or {}):
            if name in REAL:
                place[name] = REAL[name][met % len(REAL[name])]


@pytest.fixture
def session(server: ConsoleProcess, owner: Person) -> Iterator[requests.Session]:
    with requests.Session() as opened:
        opened.headers.update({"Cookie": owner.cookie, "Origin": server.url})
        yield opened


def test_no_question_breaks_the_console(server: ConsoleProcess, session: requests.Session) -> None:
    document: dict[str, Any] = openapi_document()
    schema = schemathesis.openapi.from_dict(document).include(method="GET")
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) > 35
    seen: set[int] = set()
    for operation in operations:
        if operation.path == "/metrics":
            continue

        @settings(
            max_examples=5,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(), met=st.integers(0, 11))
        def holds(case: schemathesis.Case, met: int) -> None:
            if met:
                mostly(case, met)
            answer = case.call(base_url=server.url, session=session)
            seen.add(answer.status_code)
            where = f"{answer.request.url}: {answer.status_code} {answer.text[:300]}"
            checks = (not_a_server_error, response_schema_conformance)
            case.validate_response(answer, checks=checks)
            if answer.status_code >= 400:
                kind = answer.headers["content-type"][0]
                assert kind == "application/problem+json", where

        holds()
    assert {200, 404, 422} <= seen
