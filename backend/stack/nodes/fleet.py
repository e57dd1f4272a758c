"""The real nodes of one stack: laid out before it starts, taken away when it has ended."""

import os
import sys

from backend.stack.components.context import Context
from backend.stack.nodes.allowed import obstacle, tool
from backend.stack.nodes.network import make_bridge
from backend.stack.nodes.plan import FleetPlan, lay_out, tag_of
from backend.stack.nodes.sweep import end_machines, sweep
from backend.stack.options import DEFAULT_REAL_NODES
from backend.stack.paths import StackPaths


def clean(paths: StackPaths) -> list[str]:
    """Take away what a start before this one left; gives what there was."""
    if sys.platform != "linux" or os.geteuid() != 0 or tool("ip") is None:
        return []
    return end_machines(paths.conf) + sweep(tag_of(paths.home))


def prepare(context: Context) -> FleetPlan | str | None:
    """Make the bridge and plan the nodes; give why there are none, None when none are wanted."""
    wanted = context.options.real_nodes
    if wanted == 0:
        return None
    reason = obstacle()
    if reason:
        return reason
    tag = tag_of(context.paths.home)
    network = make_bridge(f"cr-{tag}", tag)
    return lay_out(context.paths, tag, network, DEFAULT_REAL_NODES if wanted is None else wanted)
