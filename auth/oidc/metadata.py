"""A provider's discovery document (OpenID Connect Discovery 1.0), as far as it is used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from auth.oidc.problems import Rejected

__all__ = ["ALGORITHMS", "Metadata", "discovery_address", "read_metadata", "read_signing"]

ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA", "Ed25519")
"""Signatures that are believed, whatever a provider offers beside them: no `none`, nothing
symmetric."""
_LENGTH: Final = 2048


@dataclass(frozen=True, slots=True)
class Metadata:
    """A provider's addresses and what it does. `userinfo` and `end_session` are empty where it
    has none; `names_issuer` says that its answers carry `iss` (RFC 9207)."""

    issuer: str
    authorization: str
    token: str
    jwks: str
    userinfo: str
    end_session: str
    algorithms: tuple[str, ...]
    token_methods: tuple[str, ...]
    names_issuer: bool
    backchannel: bool

    @property
    def asked(self) -> tuple[str, ...]:
        """The addresses that the console itself asks; a browser goes to the others."""
        return tuple(url for url in (self.token, self.jwks, self.userinfo) if url)


def discovery_address(issuer: str) -> str:
    """Where the document of `issuer` lies."""
    return f"{issuer.rstrip('/')}/.well-known/openid-configuration"


def read_metadata(issuer: str, document: Any) -> Metadata:
    """What the document of `issuer` says. Raises `Rejected`, above all when it is another
    issuer's (ASVS 10.5.3: compared exactly)."""
    algorithms = _algorithms(issuer, document)
    return Metadata(
        issuer=issuer,
        authorization=_address(document, "authorization_endpoint"),
        token=_address(document, "token_endpoint"),
        jwks=_address(document, "jwks_uri"),
        userinfo=_address(document, "userinfo_endpoint", required=False),
        end_session=_address(document, "end_session_endpoint", required=False),
        algorithms=algorithms,
        token_methods=_words(document, "token_endpoint_auth_methods_supported"),
        names_issuer=document.get("authorization_response_iss_parameter_supported") is True,
        backchannel=document.get("backchannel_logout_supported") is True,
    )


def read_signing(issuer: str, document: Any) -> tuple[str, tuple[str, ...]]:
    """Where the keys of `issuer` lie, and the algorithms it signs with that are believed: of one
    that signs tokens and lets nobody sign in. Raises `Rejected` as `read_metadata` does."""
    algorithms = _algorithms(issuer, document)
    return _address(document, "jwks_uri"), algorithms


def _algorithms(issuer: str, document: Any) -> tuple[str, ...]:
    if not isinstance(document, Mapping):
        raise Rejected("the discovery document is no JSON object")
    told = document.get("issuer")
    if told != issuer:
        raise Rejected(
            f"the discovery document is of the issuer {str(told)[:200]!r}, configured is "
            f"{issuer!r}: write it exactly as the provider does, a last slash included"
        )
    offered = _words(document, "id_token_signing_alg_values_supported") or ("RS256",)
    algorithms = tuple(name for name in ALGORITHMS if name in offered)
    if not algorithms:
        raise Rejected(
            f"it signs with none of {', '.join(ALGORITHMS)} (it says {', '.join(offered)[:200]})"
        )
    return algorithms


def _address(document: Mapping[str, Any], name: str, *, required: bool = True) -> str:
    found = document.get(name)
    if found is None and not required:
        return ""
    if not isinstance(found, str) or not _is_address(found):
        raise Rejected(f"the discovery document has no usable {name}")
    return found


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    plain = text.isascii() and text.isprintable() and " " not in text and len(text) <= _LENGTH
    return usable and plain and not parts.fragment and "@" not in parts.netloc


def _words(document: Mapping[str, Any], name: str) -> tuple[str, ...]:
    found = document.get(name)
    if not isinstance(found, list):
        return ()
    return tuple(word for word in found[:64] if isinstance(word, str))
