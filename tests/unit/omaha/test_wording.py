import pytest

from backend.omaha.domain import wording
from backend.omaha.domain.model import Reason


def test_every_reason_has_words() -> None:
    assert set(wording.REASONS) == set(Reason)
    for reason in set(Reason) - {Reason.NONE}:
        words = wording.reason(reason)
        assert words.name
        assert words.advice.endswith(".")


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (10, "Wrong checksum"),
        (268435466, "Wrong checksum"),
        (-2147483611, "Answer dropped"),
        (2404, "HTTP 404"),
        (268437860, "HTTP 404"),
        (777, "Error 777"),
    ],
)
def test_error_codes_are_named_without_their_flags(code: int, name: str) -> None:
    assert wording.error(code).name == name


def test_an_unknown_reason_is_shown_as_it_is() -> None:
    assert "999" in wording.reason(999).name
