"""May this person do that? The API server's own answer, remembered for seconds.

Rules: identity reference, section 5. An allowance is believed for 10 s, a refusal for 5 s; what
could not be asked is a refusal and not remembered; what changes something is always asked
anew. Those who ask the same at the same time share one call. What comes back may be worth
showing (`Verdict.reason`); the decision at the time of the call is still the API server's, since
the call itself is made as the person.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Final

import msgspec
from cachetools import TLRUCache

from integrations.caller import Caller, Impersonation
from integrations.contract import IntegrationError, UpstreamUnreachable
from integrations.kubernetes.api_client import ApiClient, Body

__all__ = ["AccessReviews", "Attributes", "Rule", "Verdict"]

ALLOW_SECONDS: Final = 10.0
DENY_SECONDS: Final = 5.0
READS: Final = frozenset({"get", "list", "watch"})
_ROOT: Final = "/apis/authorization.k8s.io/v1"
_KEPT: Final = 16_384


@dataclass(frozen=True, slots=True)
class Attributes:
    """What is to be done, in the API server's terms; `namespace` empty: in the whole cluster."""

    verb: str
    resource: str
    group: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""

    @property
    def words(self) -> str:
        """As a sentence's end: ``get pods/log in the namespace shop``."""
        below = f"/{self.subresource}" if self.subresource else ""
        group = f" of {self.group}" if self.group else ""
        where = f" in the namespace {self.namespace}" if self.namespace else ""
        return f"{self.verb} {self.resource}{below}{group}{where}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Allowed or not; `reason` is the API server's (which binding), or why it was not asked.
    `failed`: it gave no verdict; `unreachable`: it did not answer at all."""

    allowed: bool
    reason: str = ""
    failed: bool = False
    unreachable: bool = False


class Rule(msgspec.Struct, rename="camel"):
    """One rule of a `SelfSubjectRulesReview`; ``*`` means every."""

    verbs: list[str] = []
    api_groups: list[str] | None = None
    resources: list[str] | None = None
    resource_names: list[str] | None = None


class _ReviewStatus(msgspec.Struct):
    allowed: bool = False
    reason: str = ""
    evaluation_error: str = msgspec.field(default="", name="evaluationError")


class _Review(msgspec.Struct):
    status: _ReviewStatus = msgspec.field(default_factory=_ReviewStatus)


class _RulesStatus(msgspec.Struct, rename="camel"):
    resource_rules: list[Rule] | None = None
    incomplete: bool = False


class _Rules(msgspec.Struct):
    status: _RulesStatus = msgspec.field(default_factory=_RulesStatus)


_Key = tuple[str, Attributes]


class AccessReviews:
    """The reviews of one cluster. Never raises for what the cluster does: that is a refusal."""

    def __init__(
        self,
        api: ApiClient,
        *,
        clock: Callable[[], float] = time.monotonic,
        allow: float = ALLOW_SECONDS,
        deny: float = DENY_SECONDS,
    ) -> None:
        self._api = api

        def until(_key: _Key, verdict: Verdict, now: float) -> float:
            return now + (allow if verdict.allowed else deny)

        self._known: TLRUCache[_Key, Verdict] = TLRUCache(_KEPT, ttu=until, timer=clock)
        self._asking: dict[_Key, asyncio.Task[Verdict]] = {}

    async def decide(self, caller: Caller, what: Attributes) -> Verdict:
        """Whether `caller` may do `what`, not older than the limits above."""
        key = (caller.key, what)
        reading = what.verb in READS
        if reading and (known := self._known.get(key)) is not None:
            return known
        if not reading:
            return await self._ask(caller, what)
        task = self._asking.get(key)
        if task is None:
            task = self._asking[key] = asyncio.create_task(self._ask_and_keep(key, caller, what))
            task.add_done_callback(lambda _done: self._asking.pop(key, None))
        try:
            # One who goes away must not end the question of the others.
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            waiting = asyncio.current_task()
            if waiting is not None and waiting.cancelling():
                raise
            # The question was ended, by `aclose`: those who waited for it are not.
            return Verdict(allowed=False, reason="no answer", failed=True, unreachable=True)

    async def rules(self, caller: Caller, namespace: str) -> tuple[list[Rule], bool]:
        """What `caller` may do in `namespace`, and whether that list is complete.

        For hiding buttons only: it may be incomplete, and is no basis for a decision. Raises
        `IntegrationError`.
        """
        body = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectRulesReview"}
        answer = await self._post(
            "selfsubjectrulesreviews", {**body, "spec": {"namespace": namespace}}, caller
        )
        found = msgspec.json.decode(answer, type=_Rules).status
        return found.resource_rules or [], not found.incomplete

    def clear(self) -> None:
        """Forget everything: rights changed in the console or in the cluster."""
        self._known.clear()

    async def aclose(self) -> None:
        """End the questions under way."""
        for task in list(self._asking.values()):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _ask_and_keep(self, key: _Key, caller: Caller, what: Attributes) -> Verdict:
        verdict = await self._ask(caller, what)
        if not verdict.failed:
            self._known[key] = verdict
        return verdict

    async def _ask(self, caller: Caller, what: Attributes) -> Verdict:
        try:
            return await self._review(caller, what)
        except (IntegrationError, msgspec.MsgspecError) as error:
            text = error.message if isinstance(error, IntegrationError) else "unreadable answer"
            return Verdict(
                allowed=False,
                reason=f"could not be asked: {text}",
                failed=True,
                unreachable=isinstance(error, UpstreamUnreachable),
            )

    async def _review(self, caller: Caller, what: Attributes) -> Verdict:
        attributes = {name: value for name, value in asdict(what).items() if value}
        spec: dict[str, Any] = {"resourceAttributes": attributes}
        if isinstance(caller, Impersonation):
            # Asked with the connection's own right, which needs no right to impersonate.
            kind, as_ = "SubjectAccessReview", None
            spec |= {"user": caller.user, "groups": [*caller.groups, "system:authenticated"]}
            spec |= {"uid": caller.uid} if caller.uid else {}
        else:
            kind, as_ = "SelfSubjectAccessReview", caller
        document = {"apiVersion": "authorization.k8s.io/v1", "kind": kind, "spec": spec}
        answer = await self._post(f"{kind.lower()}s", document, as_)
        status = msgspec.json.decode(answer, type=_Review).status
        return Verdict(status.allowed, status.reason or status.evaluation_error)

    async def _post(self, path: str, document: dict[str, Any], as_: Caller | None) -> bytes:
        body = Body(msgspec.json.encode(document))
        answer = await self._api.request(
            "POST", f"{_ROOT}/{path}", body=body, as_=as_, purpose="review"
        )
        return answer.body
