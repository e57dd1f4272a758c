"""Control groups of the real nodes: one for each, above those of its pods."""

import contextlib
import os
import signal
from pathlib import Path

from backend.stack.nodes.allowed import CGROUPS, NEEDED

_INHERITED = ("cpuset.cpus", "cpuset.mems")
"""A group of version 1 starts with none of these, and nothing may run in it until it has some."""


def _hierarchies() -> list[Path]:
    """The one of version 2, else each of version 1."""
    if (CGROUPS / "cgroup.controllers").exists():
        return [CGROUPS]
    return [entry for entry in CGROUPS.iterdir() if (entry / "cgroup.procs").exists()]


def make_group(path: str) -> Path:
    """Make the group of this absolute path in every hierarchy; gives its folder in one of them."""
    for hierarchy in _hierarchies():
        group = hierarchy
        for part in Path(path).relative_to("/").parts:
            _hand_down(group)
            group /= part
            group.mkdir(exist_ok=True)
            for name in _INHERITED:
                if (group / name).exists() and not (group / name).read_text().strip():
                    (group / name).write_text((group.parent / name).read_text())
    first = next((one for one in _hierarchies() if one.name == "pids"), CGROUPS)
    return first / Path(path).relative_to("/")


def _hand_down(group: Path) -> None:
    """In version 2, let the groups below have the controllers kubelet wants."""
    control = group / "cgroup.subtree_control"
    if control.exists():
        for controller in NEEDED:
            with contextlib.suppress(OSError):  # not every hierarchy has each
                control.write_text(f"+{controller}")


def groups_of(tag: str) -> list[Path]:
    """The outermost groups named after a tag, in each hierarchy that has one."""
    found = (place / f"craton-{tag}" for place in _hierarchies())
    return [group for group in found if group.is_dir()]


def empty(tag: str) -> bool:
    """Kill what is in this tag's groups and remove them, the innermost first; False while any is
    left."""
    for top in groups_of(tag):
        for folder, _, _ in os.walk(top, topdown=False):
            group = Path(folder)
            _kill(group)
            with contextlib.suppress(OSError):
                group.rmdir()
    return not groups_of(tag)


def _kill(group: Path) -> None:
    with contextlib.suppress(OSError, ValueError):
        for pid in (group / "cgroup.procs").read_text().split():
            # 0 is a process that cannot be named from here; to kill it would be to kill ourselves.
            if int(pid) > 1:
                os.kill(int(pid), signal.SIGKILL)
