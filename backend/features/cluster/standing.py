"""Whether somebody may still do what goes on: asked again and again, here and in the cluster."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

from auth import scope
from auth.principal import Principal
from auth.scope import Scope
from auth.verb import Verb
from backend.identity.credentials import Identities
from integrations.caller import Caller
from integrations.kubernetes.connection import KubernetesConnection
from integrations.kubernetes.reviews import Attributes

__all__ = ["Standing"]

_LOOK: Final = 0.5
_LOOK_THERE: Final = 10.0


@dataclass(frozen=True)
class Standing:
    """What goes on with pods of one namespace: by the console's right `verb` and by what the
    cluster is asked to allow (`there`) to `as_`, who is the caller."""

    identities: Identities
    caller: Principal
    connection: KubernetesConnection
    as_: Caller | None
    namespace: str
    verb: Verb
    there: Attributes

    @property
    def where(self) -> Scope:
        """Where the right is needed."""
        organisation, cluster = self.caller.organisation, self.connection.settings.name
        return scope.namespace(organisation, cluster, self.namespace)

    async def over(self) -> None:
        """Returns once they may not: within a second of the console's own decision, within ten of
        the cluster's. An answer that does not come from there ends nothing."""
        since = 0.0
        while await self._here():
            await asyncio.sleep(_LOOK)
            since += _LOOK
            if since >= _LOOK_THERE:
                since = 0.0
                if not await self._there():
                    return

    async def _here(self) -> bool:
        caller = await self.identities.current(self.caller)
        return caller is not None and caller.policy.decide("pod", self.verb, self.where).allowed

    async def _there(self) -> bool:
        if self.as_ is None:
            return True
        verdict = await self.connection.reviews.decide(self.as_, self.there)
        return verdict.allowed or verdict.failed or verdict.unreachable
