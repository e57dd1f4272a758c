"""`require_entitlement`: the one place where a licence stops anything.

A route that adds says so in its signature and asks before it changes anything::

    async def create_connection(*, entitled: Entitled, …) -> …:
        entitled.require("connect-cluster")

Which acts there are, and what each needs, is the table in `backend.commerce.licence.stops`;
`tests/integration/commerce` walks every route through every state and finds no other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from auth.principal import Principal
from auth.verb import Verb
from backend.commerce.licence.evaluation import Standing
from backend.commerce.licence.keeper import Licences
from backend.commerce.licence.stops import Act, decide
from backend.commerce.licence.stored import licence_target
from backend.errors import PaymentRequired
from backend.http.denial import Denial
from backend.http.guard import CurrentPrincipal
from backend.parts import part

__all__ = ["Entitled", "Entitlements", "require_entitlement"]


def require_entitlement(standing: Standing, act: Act, caller: Principal) -> None:
    """Let `act` pass or raise `PaymentRequired`, which is recorded like any refusal."""
    found = decide(standing, act)
    if found.allowed:
        return
    problem = PaymentRequired(
        f"{found.reason} {found.fix}",
        act=act,
        entitlement=found.entitlement,
        limit=found.limit,
        current=found.current,
        state=found.state.value,
        fix=found.fix,
    )
    problem.denial = Denial(caller, Verb.CREATE, licence_target(caller.organisation, act))
    raise problem


@dataclass(frozen=True, slots=True)
class Entitlements:
    """What the licences allow the caller of one request."""

    standing: Standing
    caller: Principal

    def require(self, act: Act) -> None:
        """See `require_entitlement`."""
        require_entitlement(self.standing, act, self.caller)


async def entitlements(
    caller: CurrentPrincipal, licences: Annotated[Licences, part(Licences)]
) -> Entitlements:
    """What holds now."""
    return Entitlements((await licences.ready()).standing, caller)


Entitled = Annotated[Entitlements, Depends(entitlements)]
"""Route parameter."""
