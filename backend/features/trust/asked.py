"""What a request for an exchange has to say (RFC 8693, section 2.1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from backend.http.oauth import Form, refused

__all__ = ["GRANT", "Asked", "read_asked"]

GRANT: Final = "urn:ietf:params:oauth:grant-type:token-exchange"
_TYPE: Final = "urn:ietf:params:oauth:token-type:"
_TAKEN: Final = (f"{_TYPE}jwt", f"{_TYPE}id_token")
_GIVEN: Final = f"{_TYPE}access_token"


@dataclass(frozen=True, slots=True)
class Asked:
    """A workload's token, and the service account it wants to be: its name or id, if it says."""

    token: str = field(repr=False)
    account: str = ""


def read_asked(form: Form) -> Asked:
    """Refused where it asks for what is not given here."""
    if form.need("grant_type") != GRANT:
        raise refused("unsupported_grant_type", f"Only {GRANT} is answered here.")
    if form.need("subject_token_type") not in _TAKEN:
        raise refused("invalid_request", f"subject_token_type is one of {', '.join(_TAKEN)}.")
    if form.find("requested_token_type") not in {"", _GIVEN}:
        raise refused("invalid_request", f"Only {_GIVEN} is given here.")
    if form.find("actor_token"):
        raise refused("invalid_request", "Nobody acts for another here: send no actor_token.")
    if form.find("scope"):
        raise refused("invalid_scope", "The token has the account's rights: send no scope.")
    if form.find("resource"):
        raise refused("invalid_target", "Name the service account by audience, and no resource.")
    account = form.find("audience")
    if len(account) > 128 or not account.isprintable():
        raise refused("invalid_target", "audience is the name of a service account.")
    return Asked(form.need("subject_token").strip(), account)
