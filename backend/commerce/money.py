"""Money: whole minor units of a currency. Never a float (tests/unit/commerce/test_money.py).

What lies between, such as a share of a month or a price of less than a cent, is a `Fraction` of
the major unit, and is rounded once, where it becomes money: half away from zero (licensing
reference, section 7).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Final

from babel.core import get_global

__all__ = ["TIMES", "Money", "NotMoney", "digits_of", "fraction_of", "half_up", "plain", "share"]

TIMES: Final = "\N{MULTIPLICATION SIGN}"
_MOST_DIGITS: Final = 24
_DIGITS: Final[Mapping[str, tuple[int, ...]]] = get_global("currency_fractions")
_ISO: Final = {
    **dict.fromkeys(
        ("AFN", "ALL", "IRR", "KPW", "LAK", "LBP", "MGA", "MMK", "RSD", "SOS", "SYP", "YER"), 2
    ),
    "IQD": 3,
}
"""Where CLDR tells how people write an amount, and ISO 4217 counts finer: providers of payments
do as ISO."""
_KNOWN: Final[frozenset[str]] = frozenset(get_global("all_currencies"))


class NotMoney(ValueError):
    """It cannot be an amount of that currency; the message says why."""


def digits_of(currency: str) -> int:
    """How many digits stand behind the point: USD 2, JPY 0, BHD 3 (ISO 4217)."""
    if currency not in _KNOWN:
        raise NotMoney(f"{currency!r} is no currency: give its three letters of ISO 4217.")
    return _ISO.get(currency) or _DIGITS.get(currency, _DIGITS["DEFAULT"])[0]


def half_up(value: Fraction) -> int:
    """The nearest whole number; a half goes away from zero."""
    whole = (abs(value.numerator) * 2 + value.denominator) // (value.denominator * 2)
    return whole if value >= 0 else -whole


def fraction_of(text: str) -> Fraction:
    """The exact value of decimal digits such as ``0.0035``; no exponent, 24 characters at most."""
    plain = text.strip()
    if not 0 < len(plain) <= _MOST_DIGITS or set(plain) - set("0123456789.-"):
        raise NotMoney(f"{text!r} is no amount: write digits with a point, such as 12.50.")
    try:
        return Fraction(Decimal(plain))
    except InvalidOperation as error:
        raise NotMoney(f"{text!r} is no amount: write digits with a point.") from error


def plain(value: Fraction) -> str:
    """A number in digits for a sentence: ``1,000``, ``0.0035``; what has no end, to six digits."""
    whole, part = divmod(half_up(abs(value) * 10**6), 10**6)
    digits = f".{part:06d}".rstrip("0") if part else ""
    return f"{'-' if value < 0 else ''}{whole:,}{digits}"


@dataclass(frozen=True, slots=True)
class Money:
    """`minor` whole minor units (cents) of `currency`. Amounts of two currencies never meet."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        # bool is an int, and a float would be taken silently.
        if type(self.minor) is not int:
            raise NotMoney(f"{self.minor!r} is no whole number of minor units.")
        digits_of(self.currency)

    @classmethod
    def zero(cls, currency: str) -> Money:
        """Nothing, in a currency."""
        return cls(0, currency)

    @classmethod
    def of(cls, text: str, currency: str) -> Money:
        """``Money.of("12.50", "USD")``; digits finer than the currency are refused."""
        minor = fraction_of(text) * 10 ** digits_of(currency)
        if minor.denominator != 1:
            raise NotMoney(f"{text} has more digits than {currency} has.")
        return cls(minor.numerator, currency)

    @classmethod
    def rounded(cls, major: Fraction, currency: str) -> Money:
        """The money nearest to a fraction of the major unit; a half goes away from zero."""
        return cls(half_up(major * 10 ** digits_of(currency)), currency)

    @classmethod
    def total(cls, amounts: Iterable[Money], currency: str) -> Money:
        """Their sum; nothing gives zero."""
        return sum(amounts, cls.zero(currency))

    @property
    def major(self) -> Fraction:
        """The exact amount in the major unit."""
        return Fraction(self.minor, 10 ** digits_of(self.currency))

    def times(self, factor: Fraction) -> Money:
        """A part or multiple of it, rounded once."""
        return Money(half_up(self.minor * factor), self.currency)

    def __str__(self) -> str:
        """``12.50 USD``: for the record and for files. People are shown it by their locale."""
        digits = digits_of(self.currency)
        text = f"{abs(self.minor):0{digits + 1}d}"
        point = f"{text[:-digits]}.{text[-digits:]}" if digits else text
        return f"{'-' if self.minor < 0 else ''}{point} {self.currency}"

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.minor > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.minor >= self._same(other)

    def _same(self, other: Money) -> int:
        if self.currency != other.currency:
            raise NotMoney(f"{self.currency} and {other.currency} cannot be put together.")
        return other.minor


def share(amount: Money, weights: Sequence[Fraction]) -> list[Money]:
    """Split it by weight so that the parts are the whole to the cent (largest remainder; of equal
    remainders the first). Raises `NotMoney` where no weight is above zero, or one is below."""
    whole = sum(weights, Fraction(0))
    if whole <= 0 or any(weight < 0 for weight in weights):
        raise NotMoney("there is nobody to share it: all weights are zero, or one is below.")
    exact = [abs(amount.minor) * weight / whole for weight in weights]
    parts = [one.numerator // one.denominator for one in exact]
    rest = abs(amount.minor) - sum(parts)
    by_remainder = sorted(range(len(parts)), key=lambda at: parts[at] - exact[at])
    for at in by_remainder[:rest]:
        parts[at] += 1
    sign = -1 if amount.minor < 0 else 1
    return [Money(sign * part, amount.currency) for part in parts]
