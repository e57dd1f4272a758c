"""Who asks, and whether both the console and they themselves may: before anything is passed on."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from starlette.requests import HTTPConnection

from auth.principal import Principal
from auth.scope import Scope, render
from backend.audit import Refusals, Target, origin_of
from backend.connections.acting import kubernetes_caller
from backend.connections.upstreams import Upstreams
from backend.errors import Problem
from backend.features.cluster.kubectl.answers import NotLet
from backend.features.cluster.kubectl.asked import Asked, Discovery
from backend.features.cluster.kubectl.deciding import (
    Need,
    asks_who_is_there,
    may_reach,
    needs,
    place_of,
)
from backend.http.callers import caller_of
from backend.http.stepup import StepUpRequired, require_fresh
from backend.identity.credentials import Identities
from backend.parts import parts_of
from backend.settings import Settings
from integrations.caller import Caller
from integrations.kubernetes.connection import KubernetesConnection
from integrations.kubernetes.integration import INTEGRATION as KUBERNETES
from integrations.kubernetes.reviews import Attributes

__all__ = ["Entrance", "Passed", "target_of"]


@dataclass(frozen=True, slots=True)
class Passed:
    """A request that goes on to a cluster, as `as_`. `needed` are the rights it was let through
    by, at `place`."""

    principal: Principal
    connection: KubernetesConnection
    as_: Caller
    asked: Asked | Discovery
    needed: list[Need]
    place: Scope


class Entrance:
    """Decides about one request, and records what was refused."""

    def __init__(self, http: HTTPConnection) -> None:
        parts = parts_of(http)
        self._upstreams = parts.get(Upstreams)
        self._identities = parts.get(Identities)
        self._db_sessions: async_sessionmaker[AsyncSession] = parts.get(async_sessionmaker)
        self._refusals = parts.get(Refusals)
        self._settings = parts.get(Settings)

    async def enter(self, http: HTTPConnection, cluster: str, asked: Asked | Discovery) -> Passed:
        """What goes on; raises `NotLet`."""
        caller = await self._caller(http)
        connection = self._upstreams.get(KUBERNETES, cluster)
        if connection is None or not may_reach(caller, cluster):
            raise NotLet(404, "There is no such cluster, or you may not see it.")
        place: Scope = ()
        needed: list[Need] = []
        if isinstance(asked, Asked):
            place, needed = place_of(caller, cluster, asked), needs(asked)
            await self._decide(http, caller, needed, place, asked)
        as_ = kubernetes_caller(caller, connection.settings, place[-1] if place else "")
        if as_ is None:
            raise NotLet(
                403,
                f"In {cluster} the console's rights alone decide: kubectl goes through the "
                'console to clusters connected with rights "both".',
            )
        return Passed(caller, connection, as_, asked, needed, place)

    async def still(self, passed: Passed) -> bool:
        """Whether the console would let it through now: asked again while an answer goes on."""
        caller = await self._identities.current(passed.principal)
        if caller is None:
            return False
        policy = caller.policy
        return all(policy.decide(kind, v, passed.place).allowed for kind, v in passed.needed)

    async def still_there(self, passed: Passed) -> bool:
        """Whether the cluster would let it through now; an answer that does not come ends
        nothing."""
        asked = passed.asked
        if not isinstance(asked, Asked):
            return True
        what = Attributes(
            asked.verb, asked.resource, asked.group, asked.subresource, asked.namespace, asked.name
        )
        verdict = await passed.connection.reviews.decide(passed.as_, what)
        return verdict.allowed or verdict.failed or verdict.unreachable

    async def _caller(self, http: HTTPConnection) -> Principal:
        if "authorization" not in http.headers:
            raise NotLet(401, "Sign in: craton login, and a kubeconfig of craton kubeconfig.")
        try:
            caller = await caller_of(http, self._identities)
        except Problem as problem:
            raise NotLet(problem.status, problem.detail) from problem
        if caller is None:
            raise NotLet(401, "Your sign-in is over: craton login.")
        return caller

    async def _decide(
        self,
        http: HTTPConnection,
        caller: Principal,
        needed: list[Need],
        place: Scope,
        asked: Asked,
    ) -> None:
        for kind, verb in needed:
            if caller.policy.decide(kind, verb, place).allowed:
                continue
            origin = origin_of(http, caller.organisation, caller)
            await self._refusals.record(origin, verb.value, target_of(needed, place, asked))
            raise NotLet(403, f"you may not {verb.value} {kind} at {render(place)}")
        if asks_who_is_there(needed):
            self._ask_who_is_there(caller)

    def _ask_who_is_there(self, caller: Principal) -> None:
        try:
            require_fresh(caller, self._settings)
        except StepUpRequired as refused:
            raise NotLet(
                403, f"a Secret or a terminal needs to know that it is you. {refused.detail}"
            ) from refused


def target_of(needed: list[Need], place: Scope, asked: Asked) -> Target:
    """What the audit record calls it."""
    name = asked.name or asked.resource
    return Target(needed[0][0], f"{asked.namespace}/{asked.name}", name, place)
