"""What the routes of trust rules and of the exchange take and give."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from auth.oidc.provider import ISSUER_LENGTH
from auth.workload.token import LENGTH
from backend.http.fields import NO_CONTROLS, SECRET

__all__ = [
    "Exchanged",
    "RuleVerdict",
    "TokenTested",
    "TokenToTest",
    "TrustCondition",
    "TrustRule",
    "TrustRuleView",
]


class TrustCondition(BaseModel):
    """A claim, by its name or by its path (``kubernetes.io/namespace``), and what it has to be;
    ``*`` stands for any text."""

    model_config = ConfigDict(extra="forbid")

    claim: Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=NO_CONTROLS)]
    pattern: Annotated[str, StringConstraints(min_length=1, max_length=256, pattern=NO_CONTROLS)]


class TrustRule(BaseModel):
    """Tokens of `issuer`, an https address, or of the connected Kubernetes `cluster`, for
    `audience` and with such claims are exchanged for a token of the account that is good for
    `seconds`. One condition has to say whose workload it is: ``sub``, a repository, a project, a
    namespace."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=128, pattern=NO_CONTROLS),
    ]
    issuer: Annotated[str, StringConstraints(max_length=ISSUER_LENGTH, pattern=NO_CONTROLS)] = ""
    cluster: Annotated[str, StringConstraints(max_length=64, pattern=NO_CONTROLS)] = ""
    audience: Annotated[str, StringConstraints(min_length=1, max_length=256, pattern=NO_CONTROLS)]
    conditions: Annotated[list[TrustCondition], Field(min_length=1, max_length=16)]
    seconds: Annotated[int, Field(ge=60, le=3600)] = 900


class TrustRuleView(BaseModel):
    """A trust rule. `tokens` that it gave work now. They may what the account held at
    `rights_since` (Unix seconds), when the rule was saved, and holds still: save it again after
    the account was given more. `row_version` guards changes (`If-Match`)."""

    id: str
    name: str
    issuer: str
    cluster: str
    audience: str
    conditions: list[TrustCondition]
    seconds: int
    rights_since: float
    created: float
    created_by: str
    changed_by: str
    last_used: float | None
    row_version: int
    tokens: int


class TokenToTest(BaseModel):
    """A workload's token, to see what it says. It is neither kept nor logged."""

    model_config = ConfigDict(extra="forbid")

    token: Annotated[str, StringConstraints(min_length=1, max_length=LENGTH), SECRET]


class RuleVerdict(BaseModel):
    """Whether a rule believes the token, and if not what speaks against it."""

    id: str
    name: str
    matches: bool
    against: list[str]


class TokenTested(BaseModel):
    """What a token says: `problem`, where it is none; `signed`: the signature is its issuer's,
    which is known where a rule names the issuer."""

    problem: str
    signed: bool
    issuer: str
    subject: str
    algorithm: str
    key: str
    expires: float | None
    claims: dict[str, Any]
    rules: list[RuleVerdict]


class Exchanged(BaseModel):
    """The answer of RFC 8693, section 2.2.1; `expires_in` is seconds."""

    access_token: str
    issued_token_type: Literal["urn:ietf:params:oauth:token-type:access_token"] = (
        "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 (a type, not a secret)
    )
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 (a type, not a secret)
    expires_in: int
