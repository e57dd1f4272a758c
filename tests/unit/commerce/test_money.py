"""Money is whole minor units; what becomes money is rounded once, half away from zero."""

from __future__ import annotations

import ast
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import backend.commerce
from backend.commerce.money import Money, NotMoney, half_up, plain, share

cents = st.integers(-(10**15), 10**15)
weights = st.lists(st.fractions(0, 1000, max_denominator=720), min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("value", "rounded"),
    [("1/2", 1), ("-1/2", -1), ("3/2", 2), ("5/2", 3), ("249/100", 2), ("-5/2", -3), ("0", 0)],
)
def test_a_half_goes_away_from_zero(value: str, rounded: int) -> None:
    assert half_up(Fraction(value)) == rounded


@pytest.mark.parametrize(
    ("text", "currency", "minor", "told"),
    [
        ("12.50", "USD", 1250, "12.50 USD"),
        ("-0.05", "EUR", -5, "-0.05 EUR"),
        ("1200", "JPY", 1200, "1200 JPY"),
        ("1.234", "BHD", 1234, "1.234 BHD"),
        ("12.50", "RSD", 1250, "12.50 RSD"),
        ("1.234", "IQD", 1234, "1.234 IQD"),
    ],
)
def test_it_is_read_and_told_by_its_currency(
    text: str, currency: str, minor: int, told: str
) -> None:
    money = Money.of(text, currency)
    assert (money.minor, str(money)) == (minor, told)


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("1.5", "JPY"), ("0.001", "USD"), ("1e3", "USD"), ("", "USD"), ("1", "XYZ1"), ("1", "usd"),
        ("NaN", "USD"), ("1.1.1", "USD"), ("1" * 30, "USD"), ("--1", "USD"), ("-", "USD"),
    ],
)  # fmt: skip
def test_what_is_no_amount_is_refused(text: str, currency: str) -> None:
    with pytest.raises(NotMoney):
        Money.of(text, currency)


def test_two_currencies_never_meet() -> None:
    one, other = Money(1, "USD"), Money(1, "EUR")
    for act in (lambda: one + other, lambda: one - other, lambda: one < other):
        with pytest.raises(NotMoney):
            act()
    assert one != other


@pytest.mark.parametrize("minor", [1.0, True, "1"])
def test_a_float_is_no_amount(minor: object) -> None:
    with pytest.raises(NotMoney):
        Money(minor, "USD")  # type: ignore[arg-type]


@given(cents, weights)
def test_shares_are_the_whole_to_the_cent(minor: int, held: list[Fraction]) -> None:
    amount = Money(minor, "EUR")
    if not any(held):
        with pytest.raises(NotMoney):
            share(amount, held)
        return
    parts = share(amount, held)
    assert Money.total(parts, "EUR") == amount
    for part, weight in zip(parts, held, strict=True):
        assert abs(part.minor - Fraction(minor) * weight / sum(held)) < 1
        assert weight or part.minor == 0


@given(st.fractions(-(10**6), 10**6))
def test_the_money_of_a_fraction_is_the_nearest(value: Fraction) -> None:
    assert abs(Money.rounded(value, "USD").major - value) <= Fraction(1, 200)


def test_numbers_in_sentences() -> None:
    told = {plain(Fraction(one)) for one in ("1000", "0.0035", "1/3", "-5/2", "1234567.5")}
    assert told == {"1,000", "0.0035", "0.333333", "-2.5", "1,234,567.5"}


def test_no_float_in_commerce() -> None:
    """Neither a literal nor `float(…)`, nor true division of what may be an amount."""
    root = Path(backend.commerce.__file__).parent
    wrong = []
    folders = [*(root / "plans").glob("*.py"), *(root / "metering").glob("*.py")]
    for path in [root / "money.py", *folders]:
        for node in ast.walk(ast.parse(path.read_text())):
            literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
            if literal or (isinstance(node, ast.Name) and node.id == "float"):
                wrong.append(f"{path.name}: {ast.unparse(node)}")
    assert wrong == []
