"""The servers of the real nodes as parts of the stack."""

from functools import partial

from backend.stack.components.context import Context
from backend.stack.nodes import describe, join, metrics
from backend.stack.nodes.plan import FleetPlan, NodePlan
from backend.stack.parts import API, StackPart
from backend.stack.process.service import ProcessSpec
from backend.stack.programs import spec as programs
from backend.stack.programs.locate import LocatedProgram

KIND = "node"
GATEWAY = "node-gateway"


def node_parts(fleet: FleetPlan) -> tuple[StackPart, ...]:
    """Give the parts of every node, in the order they are shown."""
    gateway = StackPart(
        GATEWAY,
        KIND,
        "Way to the real nodes",
        None,
        lambda context, _: describe.gateway(context, fleet),
        (API, "registry"),
        opening=partial(_lead, fleet),
    )
    measuring = StackPart(
        metrics.NAME,
        KIND,
        "Metrics of the real nodes",
        programs.METRICS_SERVER,
        metrics.metrics_server,
        (API, f"kubelet-{fleet.nodes[0].number}"),
        opening=metrics.announce,
    )
    return (gateway, *(part for node in fleet.nodes for part in _of(fleet, node)), measuring)


def _of(fleet: FleetPlan, node: NodePlan) -> tuple[StackPart, ...]:
    number, title = node.number, node.name

    def machine(context: Context, _: LocatedProgram) -> ProcessSpec:
        return describe.machine(context, fleet, node)

    def containerd(context: Context, _: LocatedProgram) -> ProcessSpec:
        return describe.containerd(context, fleet, node)

    def kubelet(context: Context, _: LocatedProgram) -> ProcessSpec:
        return describe.kubelet(context, fleet, node)

    def flanneld(context: Context, _: LocatedProgram) -> ProcessSpec:
        return describe.flanneld(context, fleet, node)

    return (
        StackPart(
            f"machine-{number}",
            KIND,
            f"Machine {title}",
            None,
            machine,
            (GATEWAY,),
            tools=programs.NODES,
            opening=partial(_tell_address, node),
        ),
        StackPart(
            f"containerd-{number}",
            KIND,
            f"containerd of {title}",
            programs.CONTAINERD,
            containerd,
            (f"machine-{number}",),
        ),
        StackPart(
            f"kubelet-{number}",
            KIND,
            f"kubelet of {title}",
            programs.KUBELET,
            kubelet,
            (f"containerd-{number}",),
            opening=partial(_join, node),
        ),
        StackPart(
            f"flanneld-{number}",
            KIND,
            f"flanneld of {title}",
            programs.FLANNELD,
            flanneld,
            (f"kubelet-{number}",),
        ),
    )


async def _lead(fleet: FleetPlan, context: Context) -> str:
    await join.push_pause(context)
    return f"bridge {fleet.bridge}, {fleet.network}"


async def _tell_address(node: NodePlan, _: Context) -> str:
    return f"{node.address}, cable {node.cable}"


async def _join(node: NodePlan, context: Context) -> str:
    return await join.join(context, node)


def stop_order(fleet: FleetPlan) -> list[list[str]]:
    """Give tiers of names. A machine is switched off with its containers and containerd in it, so
    that containerd learns how they ended; what is left ends with it."""
    numbers = [node.number for node in fleet.nodes]
    outer = [f"{name}-{number}" for number in numbers for name in ("kubelet", "flanneld")]
    machines = [f"machine-{number}" for number in numbers]
    inner = [f"containerd-{number}" for number in numbers]
    return [[metrics.NAME, *outer], machines, inner, [GATEWAY]]
