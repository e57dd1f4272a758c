"""A debug container beside those of a pod: for images without a shell, and for better tools."""

from __future__ import annotations

import secrets
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from auth.verb import Verb
from backend.errors import FieldError, Unprocessable
from backend.features.cluster.operate.action import Doing, Made, ObjectAction, Upstream
from backend.features.cluster.operate.found import Found
from backend.features.cluster.operate.schemas import FieldChange
from integrations.kubernetes.writes import PatchType

__all__ = ["ACTIONS", "Debug"]

_HOURS: Final = 4
_WAITS: Final = f"trap 'exit 0' TERM INT; sleep {_HOURS * 3600} & wait"
"""It stands there for terminals to be opened in it. Process 1 obeys only what it handles."""
_LISTED: Final = "spec.ephemeralContainers"
_STAYS: Final = (
    f"It ends by itself after {_HOURS} hours. Kubernetes keeps it in the pod's description until "
    "the pod goes: it cannot be changed or removed."
)


class Debug(BaseModel):
    """The image, which has a shell (`sh`), and the container whose processes are seen from it
    (empty: none). It runs as that one does, with no more than that one may; without one with no
    capability at all, and not as root where none of the pod's containers is."""

    model_config = ConfigDict(extra="forbid")

    image: Annotated[
        str,
        Field(
            min_length=1,
            max_length=512,
            pattern=r"^[A-Za-z0-9]([A-Za-z0-9._:/@-]*[A-Za-z0-9])?$",
        ),
    ]
    target: Annotated[str, Field(max_length=63)] = ""


def _runs(found: Found) -> bool:
    """Of a pod on a machine that has not ended."""
    ended = found.status.get("phase") in {"Succeeded", "Failed"}
    return (
        bool(found.spec.get("nodeName")) and not ended and not found.meta.get("deletionTimestamp")
    )


async def _known(_doing: Doing, found: Found, body: Debug) -> None:
    own = _own(found)
    if body.target and body.target not in own:
        wrong: FieldError = {
            "field": "target",
            "message": f"This pod has no container called {body.target}.",
            "accepts": ", ".join(own),
        }
        raise Unprocessable(wrong["message"], errors=[wrong])


def _own(found: Found) -> dict[str, dict[str, Any]]:
    return {str(one.get("name")): one for one in found.spec.get("containers") or []}


async def _debug(doing: Doing, found: Found, body: Debug) -> Made:
    name = f"debug-{secrets.token_hex(3)}"
    container: dict[str, Any] = {
        "name": name,
        "image": body.image,
        "command": ["sh", "-c", _WAITS],
        "stdin": True,
    }
    if body.target:
        container["targetContainerName"] = body.target
    if context := _context(found, body.target):
        container["securityContext"] = context
    change = {
        "metadata": {"uid": found.uid},
        "spec": {"ephemeralContainers": [container]},
    }
    written = await doing.writer.patch(
        found.kind, found.namespace, found.name, change, PatchType.STRATEGIC,
        as_=doing.as_, subresource="ephemeralcontainers", dry_run=doing.dry_run,
    )  # fmt: skip
    told = FieldChange(path=_LISTED, before=None, after=f"{name}: {body.image}")
    return Made(written, (_STAYS,), name=name, changes=[told])


def _context(found: Found, target: str) -> dict[str, Any]:
    contexts = {name: one.get("securityContext") or {} for name, one in _own(found).items()}
    if target:
        return dict(contexts[target])
    bare = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    # What the pod itself says of it holds for every container that says nothing.
    rootless = all(one.get("runAsNonRoot") for one in contexts.values())
    return bare | ({"runAsNonRoot": True} if rootless else {})


ACTIONS: Final[tuple[ObjectAction[Any], ...]] = (
    ObjectAction(
        "debug",
        "Start a debug container in a pod",
        Verb.EXEC,
        Debug,
        Upstream("patch", "ephemeralcontainers"),
        _debug,
        kinds=frozenset({"pods"}),
        check=_known,
        applies=_runs,
        guarded=False,
        fresh=True,
        shown=frozenset({_LISTED}),
    ),
)
