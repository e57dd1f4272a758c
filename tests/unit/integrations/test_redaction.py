from __future__ import annotations

import pytest

from integrations.redaction import own_words, redacted


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("invalid password: hunter2 for user bob", "invalid password: ••• for user bob"),
        ("password: correcthorsebattery", "password: •••"),
        ("token: abcdefghijklmnopqrst", "token: •••"),
        ("client_secret: Zx9-abc", "client_secret: •••"),
        ("password=short, next", "password=•••, next"),
        ("password hunter2 is wrong", "password ••• is wrong"),
        ('{"password": "correct horse", "port": 1}', '{"password": "•••", "port": 1}'),
        (r"{\"token\": \"abc def\", \"port\": 1}", r"{\"token\": \"•••\", \"port\": 1}"),
        ("'api-key': 'it', more", "'api-key': '•••', more"),
        ("sent Bearer short1 to it", "sent Bearer ••• to it"),
        ("Authorization: Bearer abc, none", "Authorization: Bearer •••, none"),
        ("Authorization: hello", "Authorization: •••"),
        ("password: open\nuser: bob", "password: •••\nuser: bob"),
    ],
)
def test_what_a_name_says_is_a_secret_is_hidden(text: str, shown: str):
    assert redacted(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "the token expired an hour ago",
        "a bearer token is required",
        "basic auth is off",
        "the password is wrong",
        "Error loading SSO Token: the session has expired",
        "dial tcp 10.0.0.1:443: connection refused",
    ],
)
def test_plain_words_stay(text: str):
    assert redacted(text) == text


@pytest.mark.timeout(90)
@pytest.mark.parametrize("text", ["token:" * 20_000, 'token="' * 20_000, "token " * 20_000])
def test_hostile_words_are_read_in_linear_time(text: str):
    assert len(own_words(text, 300)) <= 300
