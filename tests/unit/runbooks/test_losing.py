"""Which member may be taken for lost: one that is silent, not one that our own connection fails."""

from __future__ import annotations

import ssl

import pytest

from backend.features.runbooks.replace import lost
from integrations.contract import (
    ConfigurationError,
    IntegrationError,
    UpstreamDenied,
    UpstreamFailed,
    UpstreamUnreachable,
)
from integrations.etcd.look import silent
from integrations.failures import from_transport, translated
from tests.unit.runbooks.looking import cluster, member


def test_the_one_that_the_others_say_leads_is_not_lost() -> None:
    seen = cluster(member(1, status=None, failure="no answer"), member(2), member(3))
    found = lost(seen, "1")
    assert found.state == "failed"
    assert "m1 leads" in found.words


def test_one_that_our_connection_fails_is_not_lost() -> None:
    told = "its certificate is not trusted"
    away = member(2, status=None, failure=told, silent=False)
    found = lost(cluster(member(1), away, member(3)), "2")
    assert found.state == "failed"
    assert told in found.words


def test_of_a_silent_one_it_is_said_that_it_is_this_console_that_hears_nothing() -> None:
    away = member(2, status=None, failure="no answer within the deadline")
    found = lost(cluster(member(1), away, member(3)), "2")
    assert found.state == "warning"
    assert "This console gets no answer from m2" in found.words


@pytest.mark.parametrize(
    "error",
    [
        UpstreamDenied("etcd", "not permitted"),
        UpstreamFailed("etcd", "answered 503"),
        ConfigurationError("etcd", "no such file"),
    ],
)
def test_what_is_no_silence(error: IntegrationError) -> None:
    assert not silent(error)


def test_a_certificate_that_is_not_trusted_is_no_silence() -> None:
    with pytest.raises(UpstreamUnreachable) as found, translated("etcd"):
        raise ssl.SSLCertVerificationError("name")
    assert not silent(found.value)


def test_what_is_silence() -> None:
    assert silent(UpstreamUnreachable("etcd", "no answer within the deadline", timeout=True))
    assert silent(from_transport("etcd", ConnectionRefusedError()))
