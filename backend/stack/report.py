"""The status of the stack for people at a terminal."""

from collections.abc import Sequence
from typing import TextIO

from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from backend.stack.status import Component, ComponentState, StackStatus

WIDTH = 80
"""Columns where nobody says how many there are."""
_GAP = 2
_HEADINGS = ("COMPONENT", "STATE", "VERSION", "PID")
COLOURS = {
    ComponentState.READY: "green",
    ComponentState.FAILED: "red",
    ComponentState.UNRESPONSIVE: "red",
    ComponentState.RESTARTING: "yellow",
    ComponentState.STARTING: "cyan",
    ComponentState.BUILDING: "cyan",
}


def _doing(component: Component) -> str:
    """One line; a failure's reason stands below the table, whole."""
    if component.state is ComponentState.FAILED:
        return "see below"
    if component.progress is not None:
        return f"{component.progress:.0%} {component.detail}"
    # A tool's path is in the lines below.
    place = "" if component.kind == "tool" else component.endpoint or ""
    return component.detail or place


def _table(components: Sequence[Component], width: int) -> Table:
    """One line each. What a component does is cut to what the other columns leave: asked for too
    much, Rich would cut all columns alike, and the states would be one letter."""
    cells = [
        (one.title, str(one.state), one.version or "", str(one.pid or "")) for one in components
    ]
    columns = zip(_HEADINGS, *cells, strict=True)
    left = width - sum(max(map(cell_len, column)) + _GAP for column in columns)
    table = Table(box=None, pad_edge=False)
    for heading in (*_HEADINGS, "NOW"):
        table.add_column(heading, no_wrap=True)
    for one, (title, state, *rest) in zip(components, cells, strict=True):
        doing = Text(_doing(one))
        doing.truncate(max(left, len("NOW")), overflow="ellipsis")
        table.add_row(escape(title), Text(state, COLOURS.get(one.state, "dim")), *rest, doing)
    return table


def human_status(status: StackStatus, out: TextIO) -> None:
    """Print a table of the components, why any failed, and the lines to paste into a shell.

    The table has one line for each component and fits `WIDTH` columns, in a pipe too.
    """
    width = Console(file=out).width if out.isatty() else WIDTH
    console = Console(file=out, width=width, highlight=False)
    console.print(_table(status.components, width))
    for one in status.components:
        if one.state is ComponentState.STOPPED and one.detail:
            console.print(f"\n{one.title}: {one.detail}", markup=False)
    for reason, names in _failures(status.components).items():
        console.print(f"\n{', '.join(names)} failed: {reason}", markup=False)
        console.print(f"  Then: craton stack retry {' '.join(names)}", markup=False)
    for line in shell_lines(status):
        console.print(line, soft_wrap=True, markup=False)


def _failures(components: Sequence[Component]) -> dict[str, list[str]]:
    """Which components failed, by their reason: those of one program share it."""
    found: dict[str, list[str]] = {}
    for component in components:
        if component.reason:
            found.setdefault(component.reason, []).append(component.name)
    return found


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
