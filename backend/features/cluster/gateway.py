"""What is said of the Gateway API's objects, beyond any custom resource: where traffic goes. Pure.

Shapes: gateway-api.sigs.k8s.io, `HTTPRoute`, `GRPCRoute`, `TLSRoute`, `TCPRoute`, `UDPRoute` and
`Gateway`. Whatever is not as declared there is passed over.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, Final

from integrations.kubernetes import ResourceKind
from integrations.kubernetes.summaries.routes import GATEWAY_API, dicts, is_route, reference

__all__ = ["gateway_facts", "judged_parts"]

_MOST: Final = 40
_PARTS: Final = (("parents", "parentRef"), ("ancestors", "ancestorRef"), ("listeners", ""))
"""Where a status lists conditions for each of several others, and what names the other."""


def judged_parts(status: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The conditions that a status has for each of its parents, ancestors or listeners, with the
    other's name."""
    for where, naming in _PARTS:
        for part in dicts(status.get(where)):
            name = reference(part.get(naming)) if naming else str(part.get("name") or "")
            for condition in dicts(part.get("conditions")):
                yield (name, condition)


def gateway_facts(kind: ResourceKind, raw: dict[str, Any]) -> list[tuple[str, str]]:
    """Hosts, what it is attached to, paths and where they lead; a gateway's listeners and
    addresses; nothing of other kinds."""
    spec, status = raw.get("spec"), raw.get("status")
    if kind.group != GATEWAY_API or not isinstance(spec, dict):
        return []
    found = _route(spec) if is_route(kind) else _gateway(spec, status)
    return [fact for fact in itertools.islice(found, _MOST) if fact[1]]


def _route(spec: dict[str, Any]) -> Iterator[tuple[str, str]]:
    hosts = spec.get("hostnames")
    names = ", ".join(str(host) for host in hosts) if isinstance(hosts, list) else ""
    yield ("Hosts", names or "every host of what it is attached to")
    for parent in dicts(spec.get("parentRefs")):
        yield ("Attached to", reference(parent))
    for rule in dicts(spec.get("rules")):
        to = ", ".join(_backend(ref) for ref in dicts(rule.get("backendRefs")))
        filters = ", ".join(str(f.get("type") or "") for f in dicts(rule.get("filters")))
        to = to or filters or "nowhere"
        for match in dicts(rule.get("matches")) or [{}]:
            yield ("Route", f"{_match(match)} → {to}")


def _match(match: dict[str, Any]) -> str:
    path, method = match.get("path"), match.get("method")
    words = []
    if isinstance(method, str):
        words.append(method)
    if isinstance(method, dict):
        words.append(f"{method.get('service') or '*'}/{method.get('method') or '*'}")
    if isinstance(path, dict):
        words.append(f"{path.get('value') or '/'} ({path.get('type') or 'PathPrefix'})")
    words += [f"header {h.get('name')}={h.get('value')}" for h in dicts(match.get("headers"))]
    words += [f"query {q.get('name')}={q.get('value')}" for q in dicts(match.get("queryParams"))]
    return ", ".join(words) or "everything"


def _backend(ref: dict[str, Any]) -> str:
    port = f":{ref['port']}" if ref.get("port") else ""
    weight = ref.get("weight")
    share = f" (weight {weight})" if weight is not None and weight != 1 else ""
    return f"{reference(ref, usual='Service')}{port}{share}"


def _gateway(spec: dict[str, Any], status: Any) -> Iterator[tuple[str, str]]:
    yield ("Class", str(spec.get("gatewayClassName") or ""))
    for listener in dicts(spec.get("listeners")):
        host = listener.get("hostname") or "every host"
        where = f"{listener.get('protocol') or '?'} {listener.get('port') or '?'}"
        yield ("Listener", f"{listener.get('name') or ''}: {where}, {host}")
    addresses = dicts(status.get("addresses")) if isinstance(status, dict) else []
    yield ("Address", ", ".join(str(a.get("value") or "") for a in addresses))
