"""Transport failures are told in one sentence, by etcd and the registry alike."""

import ssl

import httpx2
import pytest

from integrations.failures import from_transport


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


def untrusted() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "no")
    error.reason, error.verify_message = "CERTIFICATE_VERIFY_FAILED", "self-signed certificate"
    return error


@pytest.mark.parametrize(
    ("error", "sentence", "late"),
    [
        (TimeoutError(), "no answer within the deadline", True),
        (httpx2.ReadTimeout("slow"), "no answer within the deadline", True),
        (
            httpx2.ConnectError("no"),
            "the connection was refused or the name is unknown",
            False,
        ),
        (
            caused(httpx2.ConnectError("tls"), ssl.SSLError(1, "x")),
            "the TLS handshake failed (no reason given)",
            False,
        ),
        (
            caused(httpx2.ConnectError("tls"), untrusted()),
            "its certificate is not trusted (CERTIFICATE_VERIFY_FAILED: self-signed certificate)",
            False,
        ),
        (httpx2.ReadError("gone"), "the connection broke off", False),
    ],
)
def test_a_failure_is_a_sentence_that_names_the_upstream(error, sentence, late):
    told = from_transport('etcd "main"', error)
    assert (told.upstream, told.message, told.timeout) == ('etcd "main"', sentence, late)
