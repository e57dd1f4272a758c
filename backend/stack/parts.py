"""What the stack consists of, in the order it is shown."""

import platform
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from backend.stack.components import etcd, kubernetes, kwok, registry
from backend.stack.components.context import KUBE_ETCD, MEMBERS, Context
from backend.stack.process.service import ProcessSpec
from backend.stack.programs import spec as programs
from backend.stack.programs.locate import LocatedProgram
from backend.stack.programs.spec import Program


@dataclass(frozen=True, slots=True)
class StackPart:
    """A server of the stack: its program, what must be ready first, how it is run.

    Without a program it is a script of ours. `tools` are programs it needs besides. `opening` is
    done each time it answers again, before what needs it starts; it gives what there is to say.
    """

    name: str
    kind: str
    title: str
    program: Program | None
    describe: Callable[[Context, LocatedProgram], ProcessSpec]
    needs: tuple[str, ...] = ()
    scheme: str = "https"
    tools: tuple[Program, ...] = ()
    opening: Callable[[Context], Awaitable[str]] | None = None

    @property
    def programs(self) -> tuple[Program, ...]:
        """Everything it needs to be found or built."""
        return (*self.tools, self.program) if self.program else self.tools


def _member(number: int, name: str) -> StackPart:
    return StackPart(
        name,
        "etcd",
        f"etcd member {number}",
        programs.ETCD,
        lambda context, program: etcd.member(context, name, program),
    )


API = "kube-apiserver"

PARTS = (
    *(_member(number, name) for number, name in enumerate(MEMBERS, 1)),
    StackPart(
        "registry", "registry", "Image registry", programs.REGISTRY, registry.registry, (), "http"
    ),
    StackPart(KUBE_ETCD, "kubernetes", "etcd of Kubernetes", programs.ETCD, etcd.for_kubernetes),
    StackPart(
        API, "kubernetes", "API server", programs.APISERVER, kubernetes.apiserver, (KUBE_ETCD,)
    ),
    StackPart(
        "kube-controller-manager",
        "kubernetes",
        "Controller manager",
        programs.CONTROLLER_MANAGER,
        kubernetes.controller_manager,
        (API,),
    ),
    StackPart(
        "kube-scheduler",
        "kubernetes",
        "Scheduler",
        programs.SCHEDULER,
        kubernetes.scheduler,
        (API,),
    ),
    StackPart("kwok", "simulation", "Simulated nodes", programs.KWOK, kwok.kwok, (API,), "http"),
)
"""The servers. They are stopped in the reverse order."""


def script() -> LocatedProgram:
    """What runs the parts that are scripts of ours."""
    return LocatedProgram(Path(sys.executable), platform.python_version(), "here")


TOOLS = ((programs.ETCDCTL, "etcdctl"), (programs.KUBECTL, "kubectl"))
"""Programs that are provided for people and tests, not run."""
