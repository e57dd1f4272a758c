"""Creating several objects from one text: each is tried for itself, in the order of the text.

What is there already is not touched: changing it is another thing, with a diff of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from starlette.requests import HTTPConnection

from auth import scope
from auth.principal import Principal
from auth.scope import Scope, render
from auth.verb import Verb
from backend.audit import Target
from backend.connections.acting import kubernetes_caller
from backend.errors import FieldError, Forbidden, Unprocessable
from backend.features.cluster.editing.schemas import Made
from backend.features.cluster.kinds import DEFINITION, permission_kind, scope_of
from backend.features.cluster.operate.refused import recordable
from backend.features.cluster.text.manifests import Manifest, wrong_fields
from backend.http.attempt import Attempt, attempted
from backend.http.denial import Denial
from backend.http.documented import FieldProblem
from integrations.contract import (
    IntegrationError,
    Invalid,
    NotFound,
    UpstreamConflict,
    UpstreamFailed,
    UpstreamUnreachable,
)
from integrations.kubernetes import ResourceKind
from integrations.kubernetes.connection import KubernetesConnection
from integrations.kubernetes.discovery import kind_called
from integrations.kubernetes.kinds import kind_of
from integrations.kubernetes.writes import ObjectWriter

__all__ = ["Creator", "Planned", "chosen"]

_NONE: Final = "-"


@dataclass(frozen=True, slots=True)
class Planned:
    """One object to be created; `kind` is None for what the cluster does not serve (yet)."""

    number: int
    manifest: Manifest
    kind: ResourceKind | None
    namespace: str
    where: Scope
    fault: str = ""

    @property
    def words(self) -> str:
        """``Deployment web``."""
        return f"{self.manifest.kind} {self.manifest.name}"


class Creator:
    """Creates what one person wrote, in one cluster, asked as them."""

    def __init__(
        self, http: HTTPConnection, caller: Principal, connection: KubernetesConnection
    ) -> None:
        self._http = http
        self._caller = caller
        self._connection = connection
        self._cluster = connection.settings.name
        self._known: dict[tuple[str, str], ResourceKind | None] = {}

    async def plan(self, found: Sequence[Manifest], namespace: str) -> list[Planned]:
        """What each is and where it would lie; `namespace` is for those that do not say."""
        return [await self._planned(at, one, namespace) for at, one in enumerate(found)]

    def check(self, planned: Sequence[Planned]) -> None:
        """Raise for the first that the caller may not create: then nothing is sent."""
        for one in planned:
            if (problem := self._forbidden(one)) is not None:
                raise problem

    async def make(self, planned: Sequence[Planned], *, dry_run: bool) -> list[Made]:
        """Create them, or have the cluster try it; one that fails does not hold up others, unless
        the cluster is not there."""
        promised = _Promised(planned)
        told: list[Made] = []
        lost = ""
        for one in planned:
            if lost and not dry_run:
                told.append(_told(one, "unsent", f"Not sent: {lost}"))
                continue
            made = await self._made(one, promised, dry_run=dry_run)
            told.append(made)
            if made.outcome == "failed":
                lost = f"the cluster did not answer for {one.words}."
        return told

    async def _planned(self, number: int, one: Manifest, namespace: str) -> Planned:
        fault = f"The cluster {self._cluster} has no kind {one.kind} in {one.api_version}."
        try:
            kind = await self._kind(one)
        except IntegrationError as error:
            # An API that others serve may be down: that holds up none of the rest.
            kind, fault = None, f"Whether there is such a kind is not known: {error.message}."
        if kind is None:
            where = scope.cluster(self._caller.organisation, self._cluster)
            return Planned(number, one, None, one.namespace or namespace, where, fault)
        space = (one.namespace or namespace) if kind.namespaced else ""
        fault = ""
        if kind.namespaced and not space:
            fault = "It lies in a namespace: name one, here or in metadata.namespace."
        elif not kind.namespaced and one.namespace:
            fault = f"A {kind.kind} lies in no namespace: remove metadata.namespace."
        if _is_namespace(kind):
            # Which teams own it is decided by its labels: that is a right in the whole cluster.
            where = scope.cluster(self._caller.organisation, self._cluster)
        else:
            where = scope_of(self._caller.organisation, self._cluster, kind, space, one.name)
        return Planned(number, one, kind, space, where, fault)

    async def _kind(self, one: Manifest) -> ResourceKind | None:
        """As the manifest's own version has it; which kinds a cluster has is no secret of it."""
        key = (one.group, one.kind)
        if key not in self._known:
            known = kind_of(one.api_version, one.kind)
            self._known[key] = known or await kind_called(
                self._connection.client.api, one.group, one.kind
            )
        found = self._known[key]
        return found and replace(found, version=one.api_version.rpartition("/")[2])

    def _forbidden(self, one: Planned) -> Forbidden | None:
        if one.kind is None:
            return None
        right = permission_kind(one.kind)
        if self._caller.policy.decide(right, Verb.CREATE, one.where).allowed:
            return None
        place = f"in {one.namespace}" if one.namespace else "in the whole cluster"
        problem = Forbidden(
            f"You may not create {one.words}: your roles {place} lack the right {right}:create.",
            needs={"kind": right, "verb": Verb.CREATE.value},
        )
        target = Target(right, "", render(one.where), one.where)
        problem.denial = Denial(self._caller, Verb.CREATE, target)
        return problem

    async def _made(self, one: Planned, promised: _Promised, *, dry_run: bool) -> Made:
        if (problem := self._forbidden(one)) is not None:
            return _told(one, "refused", problem.detail)
        if one.kind is None and dry_run and promised.defines(one):
            return _told(one, "later", "It can be tried once its definition exists.")
        if one.kind is None or one.fault:
            return _told(one, "refused", one.fault)
        try:
            return await self._sent(one, one.kind, dry_run=dry_run)
        except IntegrationError as error:
            if dry_run and isinstance(error, NotFound) and one.namespace in promised.namespaces:
                return _told(one, "later", "It can be tried once its namespace exists.")
            return self._refusal(one, error)

    def _refusal(self, one: Planned, error: IntegrationError) -> Made:
        match error:
            case UpstreamConflict():
                href = self._href(one, one.manifest.name)
                return _told(one, "exists", error.message, href=href)
            case Invalid():
                errors = wrong_fields(error, one.manifest)
                return _told(one, "refused", error.message, errors=errors)
            case UpstreamUnreachable() | UpstreamFailed():
                return _told(one, "failed", error.message)
            case _:
                return _told(one, "refused", error.message)

    async def _sent(self, one: Planned, kind: ResourceKind, *, dry_run: bool) -> Made:
        if dry_run:
            written = await self._send(one, kind, dry_run=True)
            return _told(one, "valid", warnings=list(written.warnings))
        attempt = Attempt(
            self._http, self._caller, "create", self._target(one, kind), right=Verb.CREATE
        )
        async with attempted(attempt, f"sent: {one.words}", f"no answer came: {one.words}"):
            try:
                written = await self._send(one, kind, dry_run=False)
            except (UpstreamUnreachable, UpstreamFailed) as error:
                await attempt.end("unknown", f"{one.words}: {error.message}")
                raise
            except IntegrationError as error:
                await attempt.end("failed", f"{one.words}: {recordable(error)}")
                raise
            meta = written.object.get("metadata") or {}
            name = str(meta.get("name") or one.manifest.name)
            detail = f"{one.manifest.kind} {name}"
            await attempt.end("success", detail, upstream=f"audit id {written.audit_id}")
        made = _told(one, "created", warnings=list(written.warnings), href=self._href(one, name))
        return made.model_copy(update={"name": name})

    async def _send(self, one: Planned, kind: ResourceKind, *, dry_run: bool) -> Any:
        client = self._connection.client
        as_ = kubernetes_caller(self._caller, client.settings, one.namespace)
        writer = ObjectWriter(client)
        return await writer.create(
            kind, one.namespace, one.manifest.value, as_=as_, dry_run=dry_run
        )

    def _target(self, one: Planned, kind: ResourceKind) -> Target:
        name = one.manifest.name
        place = "/".join(part for part in (self._cluster, one.namespace, name) if part)
        return Target(permission_kind(kind), f"{kind.plural}/{place}", name, one.where)

    def _href(self, one: Planned, name: str) -> str:
        kind = one.kind
        if kind is None:
            return ""
        return f"/clusters/{self._cluster}/{kind.address}/{one.namespace or _NONE}/{name}"


class _Promised:
    """What the objects of one text bring along for those after them."""

    def __init__(self, planned: Sequence[Planned]) -> None:
        self.namespaces = {
            one.manifest.name for one in planned if one.kind is not None and _is_namespace(one.kind)
        }
        self._kinds = {
            _defined(one.manifest)
            for one in planned
            if one.kind is not None and one.kind.plural == DEFINITION
        }

    def defines(self, one: Planned) -> bool:
        """Whether another of them defines its kind."""
        return (one.manifest.group, one.manifest.kind) in self._kinds


def _is_namespace(kind: ResourceKind) -> bool:
    """Whatever version the manifest names."""
    return (kind.plural, kind.group) == ("namespaces", "")


def _defined(manifest: Manifest) -> tuple[str, str]:
    spec = manifest.value.get("spec")
    spec = spec if isinstance(spec, dict) else {}
    names = spec.get("names")
    return str(spec.get("group")), str(names.get("kind")) if isinstance(names, dict) else ""


def _told(
    one: Planned,
    outcome: str,
    message: str = "",
    *,
    errors: Sequence[FieldError] = (),
    warnings: Sequence[str] = (),
    href: str = "",
) -> Made:
    return Made(
        number=one.number,
        line=one.manifest.line,
        kind=one.manifest.kind,
        name=one.manifest.name,
        namespace=one.namespace,
        outcome=outcome,
        message=message,
        errors=[FieldProblem(**error) for error in errors],
        warnings=list(warnings),
        href=href,
    )


def chosen(planned: Sequence[Planned], only: Sequence[int] | None) -> list[Planned]:
    """Those that are asked for by their numbers; all where none are named."""
    if only is None:
        return list(planned)
    if wrong := [at for at in only if not 0 <= at < len(planned)]:
        raise Unprocessable(
            f"There is no object number {wrong[0]} in this text.",
            errors=[FieldError(field="only", message="There is no object of that number.")],
        )
    return [one for one in planned if one.number in set(only)]
