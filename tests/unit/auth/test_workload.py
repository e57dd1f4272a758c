"""Trust rules and tokens of workloads, without I/O."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.oidc.problems import Rejected
from auth.workload.patterns import fits
from auth.workload.rule import Condition, Trusted, claim_of, names_anybody
from auth.workload.text import shown
from auth.workload.token import LENGTH, check_times, read_token

GITHUB = "https://token.actions.githubusercontent.com"
GITLAB = "https://gitlab.com"
OWN = "https://ci.example"
CLAIMS: dict[str, Any] = {
    "iss": OWN,
    "aud": ["craton"],
    "sub": "system:serviceaccount:shop:deployer",
    "ref": "refs/heads/main",
    "protected": True,
    "groups": ["a", "b"],
    "kubernetes.io": {"namespace": "shop", "serviceaccount": {"name": "deployer", "uid": "u-1"}},
}


def part(content: Any) -> str:
    text = content if isinstance(content, str) else json.dumps(content)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def token(header: Any, claims: Any) -> str:
    return f"{part(header)}.{part(claims)}.c2ln"


HEADER = {"alg": "RS256", "kid": "k1"}
HONEST = {"iss": OWN, "sub": "job"}
UNSEEN = ("\0", "\ud800", "a\nb")
"""A database takes no NUL, no encoding a lone surrogate, and nobody sees a line's end."""


@pytest.mark.parametrize(
    ("issuer", "claim", "pattern", "anybody"),
    [
        (GITHUB, "sub", "repo:acme/shop:ref:refs/heads/main", False),
        (GITHUB, "sub", "repo:acme/*", False),
        (GITHUB, "sub", "repo:acme*", True),
        (GITHUB, "sub", "repo:*", True),
        (GITHUB, "sub", "*", True),
        (GITHUB, "sub", "environment:production", True),  # anybody can have it: subs are chosen
        (GITHUB, "sub", "environment:*", True),
        (GITHUB, "repository", "acme/shop", False),
        (GITHUB, "repository", "acme/*", False),
        (GITHUB, "repository", "*/shop", True),
        (GITHUB, "repository_owner", "acme", False),
        (GITHUB, "repository_owner", "acme*", True),
        (GITHUB, "ref", "refs/heads/main", True),
        (GITHUB, "environment", "production", True),
        (GITLAB, "sub", "project_path:acme/shop:ref_type:branch:ref:main", False),
        (GITLAB, "sub", "project_path:*", True),
        (GITLAB, "sub", "project_path:acme/*:ref:main", False),
        (GITLAB, "sub", "acme/*", True),
        (GITLAB, "project_id", "42", False),
        (OWN, "sub", "system:serviceaccount:shop:*", False),
        (OWN, "sub", "system:serviceaccount:*", True),
        (OWN, "sub", "system:serviceaccount:*:deployer", True),
        (OWN, "sub", "system:*", True),
        (OWN, "sub", "system:serviceaccount*", True),
        (OWN, "sub", "team-a:*", False),
        (OWN, "sub", "job", False),
        (OWN, "sub", "organization:*", True),
        (OWN, "sub", "Organization:*:pipeline:deploy", True),
        (OWN, "sub", "organization:acme:*", False),
        (OWN, "sub", "organization:acme*", True),
        (OWN, "sub", "projects/*", True),
        (OWN, "sub", "repository_owner_id:*", True),
        (OWN, "sub", "repository_owner_id:42:*", False),
        (OWN, "sub", "ref_type:*", True),
        (OWN, "sub", "ref_type:branch:*", True),
        (OWN, "sub", "environment:production:*", True),
        (OWN, "sub", "spiffe://*", True),
        (OWN, "sub", "spiffe://acme.example/*", False),
        (OWN, "sub", "repo:*", True),
        (OWN, "kubernetes.io/namespace", "shop", False),
        (OWN, "kubernetes.io/serviceaccount/name", "default", True),
        (OWN, "actor", "ada", True),
    ],
)
def test_a_rule_says_whose_workload_it_trusts(
    issuer: str, claim: str, pattern: str, anybody: bool
) -> None:
    assert names_anybody(issuer, (Condition(claim, pattern),)) is anybody
    beside = (Condition("ref", "refs/heads/*"), Condition(claim, pattern))
    assert names_anybody(issuer, beside) is anybody


def test_claims_are_compared_with_every_condition() -> None:
    named = Condition("sub", "system:serviceaccount:shop:*")
    held = [
        named,
        Condition("kubernetes.io/namespace", "shop"),
        Condition("kubernetes.io/serviceaccount/uid", "u-1"),
        Condition("protected", "true"),
        Condition("groups", "b"),
        Condition("ref", "refs/*/main"),
    ]
    assert Trusted(OWN, "craton", tuple(held)).against(CLAIMS) == ()
    for wrong in (
        Condition("sub", "system:serviceaccount:shop"),
        Condition("kubernetes.io/namespace", "sho"),
        Condition("kubernetes.io", "*"),
        Condition("kubernetes.io/serviceaccount", "*"),
        Condition("protected", "True"),
        Condition("groups", "c"),
        Condition("missing", "*"),
    ):
        (said,) = Trusted(OWN, "craton", (*held, wrong)).against(CLAIMS)
        assert wrong.claim in said
    for audience in ("other", ["craton", "other"], [], None, ["craton", "craton"], "craton,other"):
        (said,) = Trusted(OWN, "craton", (named,)).against({**CLAIMS, "aud": audience})
        assert "audience" in said
    assert len(Trusted("https://ci.example/", "craton", (named,)).against(CLAIMS)) == 1


def test_a_claim_s_own_name_goes_before_a_path() -> None:
    assert claim_of({"a/b": "1", "a": {"b": "2"}}, "a/b") == "1"
    assert claim_of({"a": {"b": "2"}}, "a/b") == "2"
    assert claim_of({"a": "x"}, "a/b") is None


@given(st.lists(st.text("ab:/", max_size=4), min_size=1, max_size=5), st.text("ab:/", max_size=12))
def test_a_star_is_any_text(parts: list[str], text: str) -> None:
    import re

    pattern = "*".join(parts)
    wanted = re.fullmatch(".*".join(map(re.escape, parts)), text, re.DOTALL) is not None
    assert fits(pattern, text) is wanted


@given(st.lists(st.text("ab:/", max_size=4), min_size=2, max_size=5), st.data())
def test_what_is_made_after_a_pattern_fits_it(parts: list[str], data: st.DataObject) -> None:
    between = [data.draw(st.text("ab:/", max_size=3)) for _ in parts[1:]]
    text = parts[0] + "".join(a + b for a, b in zip(between, parts[1:], strict=True))
    assert fits("*".join(parts), text)


def test_an_honest_token_is_read() -> None:
    read = read_token(token({**HEADER, "typ": "JWT"}, CLAIMS))
    assert (read.issuer, read.subject, read.claims) == (OWN, CLAIMS["sub"], CLAIMS)


def deep(levels: int) -> Any:
    found: Any = {}
    for _ in range(levels):
        found = {"a": found}
    return found


@pytest.mark.parametrize(
    "lie",
    [
        "",
        "a.b",
        token(HEADER, HONEST) + ".d",
        token(HEADER, HONEST).replace(".", ". "),
        token(HEADER, {**HONEST, "filler": "x" * LENGTH}),
        token(HEADER, '{"iss": "https://ci.example", "sub": "job", "sub": "root"}'),
        token('{"alg": "none", "alg": "RS256", "kid": "k1"}', HONEST),
        token(HEADER, '{"iss": "https://ci.example", "sub": "job", "x": {"a": 1, "a": 2}}'),
        token(HEADER, '{"iss": "https://ci.example", "sub": "job", "exp": NaN}'),
        token(HEADER, {**HONEST, "x": deep(9)}),
        token(HEADER, '{"iss": "https://ci.example", "sub": "job", "x":' + "[" * 5000),
        token(HEADER, {**HONEST, **{f"n{i}": i for i in range(300)}}),
        token(HEADER, [HONEST]),
        token(HEADER, "no json"),
        token({"alg": "RS256"}, HONEST),
        token({**HEADER, "kid": 7}, HONEST),
        token({**HEADER, "typ": "logout+jwt"}, HONEST),
        token(HEADER, {"iss": OWN}),
        token(HEADER, {"iss": OWN, "sub": ""}),
        token(HEADER, {"iss": OWN, "sub": "a\nb"}),
        token(HEADER, {"iss": OWN, "sub": ["job"]}),
        token(HEADER, {"sub": "job"}),
        *(token(HEADER, {**HONEST, "iss": f"https://ci{bad}"}) for bad in UNSEEN),
        token(HEADER, {**HONEST, "iss": "https://" + "x" * 512}),
        *(token(HEADER, {**HONEST, "aud": ["craton", bad]}) for bad in (*UNSEEN, "", 7)),
        token(HEADER, {**HONEST, "aud": {"craton": True}}),
        *(token(HEADER, {**HONEST, "jti": bad}) for bad in (*UNSEEN, 7, "x" * 513)),
        *(token({**HEADER, "kid": bad}, HONEST) for bad in UNSEEN),
        *(token({**HEADER, "alg": bad}, HONEST) for bad in UNSEEN),
        token(HEADER, '{"iss": "https://ci.example", "sub": "job", "x": 1e999}'),
        "é.é.é",
    ],
)
def test_what_can_be_read_in_two_ways_is_no_token(lie: str) -> None:
    with pytest.raises(Rejected):
        read_token(lie)


def test_what_nobody_can_see_is_shown_as_an_escape() -> None:
    claims = {**HONEST, "a\0": ["\ud800", {"b": "\n"}, 7], "repository": "acme/\0\ud800"}
    assert shown(claims) == {
        **HONEST, "a\\x00": ["\\ud800", {"b": "\\n"}, 7], "repository": "acme/\\x00\\ud800",
    }  # fmt: skip
    wanted = (Condition("repository", "other"), Condition("x/y", "other"))
    lies = {**claims, "aud": "\0", "x": {"y": ["\0"]}}
    said = Trusted(OWN, "craton", wanted).against(lies)
    assert len(said) == 3
    assert all("\\x00" in one and one.isprintable() for one in said)


def test_nesting_that_issuers_have_is_read() -> None:
    assert read_token(token(HEADER, {**HONEST, "x": deep(6)})).subject == "job"


@pytest.mark.parametrize(
    ("times", "good"),
    [
        ({"exp": 300}, True),
        ({"exp": -20}, True),
        ({"exp": -60}, False),
        ({}, False),
        ({"exp": True}, False),
        ({"exp": 25 * 3600}, False),
        ({"exp": 300, "iat": 20}, True),
        ({"exp": 300, "iat": 90}, False),
        ({"exp": 300, "nbf": 90}, False),
        ({"exp": 300, "iat": -86400}, True),
    ],
)
def test_times(times: dict[str, Any], good: bool) -> None:
    now = time.time()
    told = {
        name: value if isinstance(value, bool) else now + value for name, value in times.items()
    }
    if good:
        check_times(told, now)
        return
    with pytest.raises(Rejected):
        check_times(told, now)


def test_a_time_that_is_no_number() -> None:
    with pytest.raises(Rejected):
        check_times({"exp": time.time() + 60, "nbf": "soon"}, time.time())
