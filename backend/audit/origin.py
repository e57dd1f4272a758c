"""Who asks and from where: the half of an audit entry that a request fixes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from starlette.requests import HTTPConnection

from auth.principal import Principal

__all__ = ["Origin", "origin_of"]


@dataclass(frozen=True, slots=True)
class Origin:
    """The acting subject, its credential, and the request. `actor` is for display only;
    `subject_kind` is user, system (the console itself) or anonymous."""

    organisation: str
    actor: str
    subject_kind: str
    subject_id: str = ""
    credential_kind: str = ""
    credential_id: str = ""
    address: str = ""
    request: str = ""
    provider: str = ""
    """How they signed in: ``password``, ``oidc:NAME``."""
    agent: str = ""
    """What the caller's program says it is."""

    @classmethod
    def system(cls, organisation: str, actor: str) -> Origin:
        """The console itself, or its command line; `actor` says which."""
        return cls(organisation, actor, "system")

    @classmethod
    def anonymous(cls, organisation: str, claimed: str = "") -> Origin:
        """A caller without a session; `claimed` is the name they gave."""
        return cls(organisation, claimed or "(nobody)", "anonymous")

    @classmethod
    def of(cls, principal: Principal) -> Origin:
        """A signed-in caller, outside of any request."""
        return cls(
            organisation=principal.organisation,
            actor=principal.login,
            subject_kind=principal.subject.kind,
            subject_id=principal.id,
            credential_kind=principal.credential.kind,
            credential_id=principal.credential.id,
            provider=principal.assurance.way,
        )

    def over(self, connection: HTTPConnection) -> Origin:
        """The same with the address, request id and program of `connection`."""
        client = connection.client
        return replace(
            self,
            address=(client.host if client else "")[:64],
            request=str(getattr(connection.state, "request_id", ""))[:64],
            agent=connection.headers.get("user-agent", "")[:256],
        )


def origin_of(
    connection: HTTPConnection, organisation: str, principal: Principal | None = None
) -> Origin:
    """Who asks on `connection`."""
    known = Origin.of(principal) if principal else Origin.anonymous(organisation)
    return known.over(connection)
