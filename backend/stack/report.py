"""The status of the stack for people at a terminal."""

from typing import TextIO

from rich.console import Console
from rich.table import Table

from backend.stack.status import Component, ComponentState, StackStatus

UNWRAPPED = 1000
WHOLE = ("COMPONENT", "STATE", "ENDPOINT")
COLOURS = {
    ComponentState.READY: "green",
    ComponentState.FAILED: "red",
    ComponentState.UNRESPONSIVE: "red",
    ComponentState.RESTARTING: "yellow",
    ComponentState.STARTING: "cyan",
    ComponentState.BUILDING: "cyan",
}


def _doing(component: Component) -> str:
    text = component.reason or component.detail
    if component.progress is not None:
        text = f"{component.progress:.0%} {text}"
    return text


def human_status(status: StackStatus, out: TextIO) -> None:
    """Print a table of the components and the lines to paste into a shell.

    A line is not wrapped where no person looks: a pipe gets one line for each component.
    """
    console = Console(file=out, width=None if out.isatty() else UNWRAPPED)
    table = Table(box=None, pad_edge=False)
    for heading in ("COMPONENT", "STATE", "VERSION", "ENDPOINT", "PID", "NOW"):
        table.add_column(heading, overflow="fold", no_wrap=heading in WHOLE)
    for component in status.components:
        colour = COLOURS.get(component.state, "dim")
        table.add_row(
            component.title,
            f"[{colour}]{component.state}[/]",
            component.version or "",
            # A tool's path is in the lines below.
            "" if component.kind == "tool" else component.endpoint or "",
            str(component.pid or ""),
            _doing(component),
        )
    console.print(table)
    for line in shell_lines(status):
        console.print(line, soft_wrap=True, highlight=False, markup=False)


def shell_lines(status: StackStatus) -> list[str]:
    """Give the commands that make kubectl, etcdctl and an image client work at once."""
    connections = status.connections
    tools = {part.name: part.endpoint for part in status.components if part.kind == "tool"}
    kubectl, etcdctl = tools.get("kubectl") or "kubectl", tools.get("etcdctl") or "etcdctl"
    lines = []
    for cluster in connections.kubernetes:
        lines += [f"export KUBECONFIG={cluster.kubeconfig}", f"{kubectl} get nodes"]
    for etcd in connections.etcd:
        endpoints = ",".join(etcd.endpoints)
        files = f"--cacert {etcd.ca} --cert {etcd.cert} --key {etcd.key}"
        lines.append(f"{etcdctl} --endpoints {endpoints} {files} member list")
    lines += [f"registry: {registry.url}/v2/_catalog" for registry in connections.registry]
    return lines
