"""What stops when: the one table that refusals, disabled buttons, the page and the docs come from.

An act that is not here is never stopped by any state of a licence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from backend.commerce.licence.deciding import Decision, may_add, may_edit
from backend.commerce.licence.evaluation import Standing
from backend.commerce.licence.states import State

__all__ = ["ALWAYS", "STOPS", "Act", "Always", "Stop", "decide", "works"]

Act = Literal["connect-cluster", "add-provider"]
Works = Literal["works", "within-limit", "within-ceiling", "within-community"]

Always = Literal[
    "workloads",
    "pull",
    "push",
    "read",
    "login",
    "export",
    "backup",
    "security-update",
    "licence-upload",
    "change-what-exists",
    "remove",
]
ALWAYS: Final[tuple[Always, ...]] = get_args(Always)
"""What no state stops (R1); their words are the interface's."""


@dataclass(frozen=True, slots=True)
class Stop:
    """One act that a licence can stop, by what its operations ask for: to add to entitlements, or
    to use a paid feature. `operations` are those of the API that are this act."""

    act: Act
    operations: tuple[str, ...]
    adds: Mapping[str, int]
    feature: str = ""


STOPS: Final[Mapping[Act, Stop]] = {
    "connect-cluster": Stop(
        "connect-cluster", ("POST /api/v1/connections",), {"clusters": 1, "servers": 1}
    ),
    "add-provider": Stop(
        "add-provider",
        (
            "POST /api/v1/identity-providers",
            "POST /api/v1/identity-providers/directories",
            "POST /api/v1/identity-providers/saml",
        ),
        {},
        "sso",
    ),
}


def decide(standing: Standing, act: Act) -> Decision:
    """Whether `act` may be done now: the first refusal, else that it may."""
    stop = STOPS[act]
    found = [may_add(standing, name, want) for name, want in stop.adds.items()]
    if stop.feature:
        found.append(may_edit(standing, stop.feature))
    return next((one for one in found if not one.allowed), found[0])


def works(stop: Stop, state: State) -> Works:
    """How an act stands in a state, for the table of all states."""
    if state is State.COMMUNITY:
        return "within-community"
    if state is State.DEGRADED:
        return "within-community" if stop.feature else "within-ceiling"
    return "works" if stop.feature else "within-limit"
