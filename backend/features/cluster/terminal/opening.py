"""Opening one terminal: who may, where, the record of it, and how it went."""

from __future__ import annotations

import shlex
import time
from dataclasses import dataclass
from typing import Final

from starlette.websockets import WebSocket

from auth import scope
from auth.principal import Principal
from auth.verb import Verb
from backend.audit import Target
from backend.connections.acting import kubernetes_caller
from backend.connections.upstreams import Upstreams
from backend.errors import Problem, problem_from_integration
from backend.features.cluster.service import missing_alike
from backend.features.cluster.standing import Standing
from backend.features.cluster.terminal.containers import running
from backend.features.cluster.terminal.frames import Ended, Open, Opened, Reason, encoded
from backend.features.cluster.terminal.page import WebPage
from backend.features.cluster.terminal.running import Place, joined, started
from backend.features.cluster.terminal.session import Clocks, Terminal
from backend.http.attempt import Attempt, attempted
from backend.http.guard import require
from backend.http.stepup import require_fresh
from backend.identity.credentials import Identities
from backend.live.closing import Close
from backend.parts import parts_of
from backend.settings import Settings
from integrations.caller import Impersonation
from integrations.contract import IntegrationError
from integrations.kubernetes import KINDS
from integrations.kubernetes.integration import INTEGRATION as KUBERNETES
from integrations.kubernetes.reader import ObjectReader
from integrations.kubernetes.reviews import Attributes

__all__ = ["Opening", "Spot"]

_LINE: Final = 300
"""Characters of a command line in the record."""
_NOT_KNOWN: Final = "; whether all of it ended there is not known"


@dataclass(frozen=True, slots=True)
class Spot:
    """The pod that an address names."""

    cluster: str
    namespace: str
    pod: str


class Opening:
    """One terminal from the question to its record."""

    def __init__(self, websocket: WebSocket, page: WebPage, caller: Principal, spot: Spot) -> None:
        self._websocket = websocket
        self._page = page
        self._caller = caller
        self._spot = spot
        self._parts = parts_of(websocket)
        self._settings = self._parts.get(Settings)
        self._identities = self._parts.get(Identities)

    async def run(self, asked: Open) -> None:
        """Open it for who may, until its end. Raises `Problem` for what is refused."""
        try:
            place = await self._place(asked)
        except IntegrationError as error:
            raise problem_from_integration(error) from error
        spot = self._spot
        name = f"pods/{spot.cluster}/{spot.namespace}/{spot.pod}"
        target = Target("pod", name, spot.pod, place.standing.where)
        attempt = Attempt(self._websocket, self._caller, "exec", target, right=Verb.EXEC)
        words = f"a terminal in the container {asked.container} of Pod {spot.pod}{_what(asked)}"
        async with attempted(attempt, f"sent: {words}", f"{words}: how it ended is not known"):
            await self._recorded(asked, place, attempt, words)

    async def _recorded(self, asked: Open, place: Place, attempt: Attempt, words: str) -> None:
        """What is typed is in no record; what was asked to run is."""
        terminal: Terminal | None = None
        began = time.time()
        try:
            async with started(place, asked.command) as both:
                began = time.time()
                terminal = Terminal(self._page, both.program, self._clocks())
                await both.program.resize(asked.columns, asked.rows)
                await self._page.text(encoded(self._opened(place, both.program.protocol, began)))
                ended = await joined(terminal, both, place, self._touched)
                await self._page.text(encoded(ended))  # what is left is ended after it is told
        except Problem as problem:
            await attempt.end("failed", f"{words}: {problem.detail}")
            raise
        except Close as close:
            # Whoever was in it chooses to end it so: that does not leave it without an end.
            ended = Ended(Reason.LEFT, message=f"its page broke the protocol: {close.reason}")
            await attempt.end("success", _told(words, ended, terminal, time.time() - began))
            raise
        except IntegrationError as error:
            await attempt.end("failed", f"{words}: {error.message}", upstream=error.upstream)
            raise problem_from_integration(error) from error
        left = "" if both.clean or ended.reason is not Reason.LEFT else _NOT_KNOWN
        await attempt.end("success", _told(words, ended, terminal, time.time() - began) + left)

    async def _place(self, asked: Open) -> Place:
        caller, spot = self._caller, self._spot
        where = scope.namespace(caller.organisation, spot.cluster, spot.namespace)
        require(caller, "pod", Verb.EXEC, where, "pod")
        require_fresh(caller, self._settings)
        connection = self._parts.get(Upstreams).find(KUBERNETES, spot.cluster)
        as_ = kubernetes_caller(caller, connection.settings, spot.namespace)
        with missing_alike():
            reader = ObjectReader(connection.client, as_)
            whole = await reader.read(KINDS["pods"], spot.namespace, spot.pod)
        running(whole.raw, asked.container)
        there = Attributes("create", "pods", "", "exec", spot.namespace)
        standing = Standing(
            self._identities, caller, connection, as_, spot.namespace, Verb.EXEC, there
        )
        return Place(standing, whole.raw, asked.container)

    def _clocks(self) -> Clocks:
        settings = self._settings
        return Clocks(settings.terminal_idle_minutes * 60.0, settings.terminal_hours * 3600.0)

    def _opened(self, place: Place, protocol: str, began: float) -> Opened:
        as_, clocks = place.standing.as_, self._clocks()
        user = as_.user if isinstance(as_, Impersonation) else ""
        return Opened(user, place.container, protocol, began, clocks.idle, began + clocks.longest)

    def _touched(self) -> None:
        self._identities.touch(self._caller)


def _what(asked: Open) -> str:
    """The command line, where one was asked for."""
    line = shlex.join(asked.command)
    return f", running {line[:_LINE]}" if line else ""


def _told(words: str, ended: Ended, terminal: Terminal | None, seconds: float) -> str:
    """How long, how it ended and how much went each way: never what."""
    code = f" with {ended.code}" if ended.code is not None else ""
    message = f" ({ended.message})" if ended.message else ""
    typed, shown = (terminal.typed, terminal.shown) if terminal else (0, 0)
    return (
        f"{words}: {seconds:.0f} s, ended: {ended.reason}{code}{message}; {typed} bytes "
        f"typed, {shown} bytes shown"
    )
