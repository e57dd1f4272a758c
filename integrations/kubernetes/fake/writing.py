"""What the fake API server does when objects are made, changed and deleted."""

from __future__ import annotations

import copy
import re
from typing import Any, Final

from integrations.kubernetes.fake.refusal import Refusal
from integrations.kubernetes.fake.store import Resource, Store

__all__ = ["create", "delete", "merge", "replace"]

_NAME: Final = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")


def create(
    store: Store, resource: Resource, namespace: str, manifest: dict[str, Any], *, dry_run: bool
) -> dict[str, Any]:
    """Store a new object."""
    group, plural = resource
    made = copy.deepcopy(manifest)
    metadata = made.setdefault("metadata", {})
    if namespace:
        metadata["namespace"] = namespace
    name = metadata.get("name", "")
    if not _NAME.fullmatch(name):
        raise _invalid(plural, name)
    if _key(namespace, name) in store.objects.get(resource, {}):
        raise Refusal(409, "AlreadyExists", f'{plural} "{name}" already exists')
    return made if dry_run else store.put(plural, made, group=group)


def replace(
    store: Store, resource: Resource, key: str, manifest: dict[str, Any], *, dry_run: bool
) -> dict[str, Any]:
    """Store an object anew, if it is the version that was read."""
    held = _held(store, resource, key)
    _same_version(resource, held, manifest.get("metadata", {}))
    made = {**copy.deepcopy(manifest), "metadata": {**held["metadata"], **manifest["metadata"]}}
    return made if dry_run else store.put(resource[1], made, group=resource[0])


def merge(
    store: Store, resource: Resource, key: str, change: dict[str, Any], *, dry_run: bool
) -> dict[str, Any]:
    """A JSON merge patch."""
    held = _held(store, resource, key)
    _same_version(resource, held, change.get("metadata") or {})
    made = _merged(copy.deepcopy(held), change)
    return made if dry_run else store.put(resource[1], made, group=resource[0])


def delete(store: Store, resource: Resource, key: str, options: dict[str, Any]) -> dict[str, Any]:
    """Remove an object, if it is the one that is meant."""
    held = _held(store, resource, key)["metadata"]
    for field, own in (("uid", "uid"), ("resourceVersion", "resourceVersion")):
        asked = (options.get("preconditions") or {}).get(field)
        if asked is not None and asked != held[own]:
            message = f"the {field} in the precondition ({asked}) does not match ({held[own]})"
            raise Refusal(409, "Conflict", message)
    if not options.get("dryRun"):
        store.delete(resource[1], key, group=resource[0])
    return {"kind": "Status", "status": "Success", "details": {"uid": held["uid"]}}


def _held(store: Store, resource: Resource, key: str) -> dict[str, Any]:
    found = store.objects.get(resource, {}).get(key)
    if found is None:
        name = key.rpartition("/")[2]
        raise Refusal(404, "NotFound", f'{resource[1]} "{name}" not found')
    return found


def _same_version(resource: Resource, held: dict[str, Any], metadata: dict[str, Any]) -> None:
    asked = metadata.get("resourceVersion")
    if asked and asked != held["metadata"]["resourceVersion"]:
        text = "the object has been modified; please apply your changes to the latest version"
        raise Refusal(409, "Conflict", f"Operation cannot be fulfilled on {resource[1]}: {text}")


def _merged(held: Any, change: Any) -> Any:
    if not isinstance(change, dict):
        return change
    result = dict(held) if isinstance(held, dict) else {}
    for name, value in change.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = _merged(result.get(name), value)
    return result


def _invalid(plural: str, name: str) -> Refusal:
    why = f'Invalid value: "{name}": a lowercase RFC 1123 subdomain must consist of …'
    cause = {"reason": "FieldValueInvalid", "message": why, "field": "metadata.name"}
    message = f'{plural} "{name}" is invalid: metadata.name: {why}'
    return Refusal(422, "Invalid", message, details={"name": name, "causes": [cause]})


def _key(namespace: str, name: str) -> str:
    return f"{namespace}/{name}" if namespace else name
