"""Codes of authenticator apps: RFC 6238's own examples, skew, and what is no code."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyotp import TOTP

from auth.totp import matching_step, new_recovery_codes, new_secret, plain, uri_of

RFC = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("now", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_the_codes_of_the_rfc(now: int, code: str) -> None:
    """Appendix B, of which apps show the last six digits."""
    assert matching_step(RFC, code, now) == now // 30


def test_a_clock_may_differ_by_one_step_and_no_more() -> None:
    code, step = "081804", 1111111109 // 30
    found = {n: matching_step(RFC, code, 30 * (step + n)) for n in range(-3, 4)}
    assert {n for n, at in found.items() if at == step} == {-1, 0, 1}
    assert {at for at in found.values() if at is not None} == {step}


@given(st.text(max_size=20) | st.integers(0, 999_999).map("{:06}".format))
def test_nothing_else_is_one(code: str) -> None:
    right = {TOTP(RFC).at(1111111109 + 30 * skew) for skew in (-1, 0, 1)}
    assert (matching_step(RFC, code, 1111111109) is not None) == (code in right)


@pytest.mark.parametrize("code", ["", "08180", "0818040", "٠٨١٨٠٤", "08 804", "-81804", "08180\n"])
def test_what_is_no_code(code: str) -> None:
    assert matching_step(RFC, code, 1111111109) is None


def test_the_first_moments_of_time_have_codes_too() -> None:
    assert matching_step(RFC, "755224", 0) == 0


def test_secrets_and_recovery_codes_are_each_another() -> None:
    assert len(base64.b32decode(new_secret())) == 20
    assert new_secret() != new_secret()
    codes = new_recovery_codes()
    assert len(set(codes)) == 10
    assert {len(plain(code)) for code in codes} == {20}
    assert plain(f"  {codes[0].upper().replace('-', ' ')} ") == plain(codes[0])


def test_the_address_names_the_account_and_the_console() -> None:
    uri = uri_of(RFC, "ada@corp.example", "Craton main")
    assert uri.startswith("otpauth://totp/Craton%20main:ada%40corp.example?secret=")
    assert "issuer=Craton%20main" in uri
