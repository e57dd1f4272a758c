"""Whether this machine allows real nodes, and if not, why: a sentence with what to do."""

import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path

from integrations.environment import minimal_environment

CGROUPS = Path("/sys/fs/cgroup")
NEEDED = ("memory", "cpu", "cpuset", "pids")
"""The control groups kubelet asks for."""
BRIDGE_FILTER = Path("/proc/sys/net/bridge/bridge-nf-call-iptables")
PACKAGES = {"runc": "runc", "ip": "iproute2", "unshare": "util-linux", "busybox": "busybox-static"}
"""Program → Debian's package."""
WHERE = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))
LIMIT = 20.0
PROGRAM_INTERPRETER = 3
NAMESPACES = ("--mount", "--uts", "--ipc", "--net", "--pid", "--fork")
DEVICES = (
    "link add name b type bridge",
    "link add name v type veth peer name w",
    "link add name x type vxlan id 1 dstport 8472 local 127.0.0.1",
)


def tool(name: str) -> str | None:
    """Where a program of the system is."""
    return shutil.which(name, path=WHERE)


def obstacle() -> str | None:
    """Give why there can be no real nodes here; None when there can. Leaves nothing behind."""
    if sys.platform != "linux":
        return "Real nodes are made of Linux namespaces: run the local stack on Linux."
    if os.geteuid() != 0:
        return "Real nodes need root (namespaces, mounts, control groups): start Craton as root."
    missing = [package for name, package in PACKAGES.items() if tool(name) is None]
    if not missing and not _is_static(Path(tool("busybox") or "")):
        missing = ["busybox-static"]
    if missing:
        return f"Real nodes need more programs. Debian: apt-get install {' '.join(missing)}"
    if not BRIDGE_FILTER.exists():
        return "Real nodes need the kernel module br_netfilter: modprobe br_netfilter"
    lacking = [name for name in NEEDED if not _has_controller(name)]
    if lacking:
        return f"Real nodes need control groups this kernel does not offer: {', '.join(lacking)}."
    return _refusal()


def _has_controller(name: str) -> bool:
    unified = CGROUPS / "cgroup.controllers"
    if unified.exists():
        return name in unified.read_text().split()
    return (CGROUPS / name).is_dir()


def _is_static(program: Path) -> bool:
    """Whether a program needs no libraries: its ELF header names no interpreter."""
    with program.open("rb") as file:
        head = file.read(64)
        if head[:5] != b"\x7fELF\x02":
            return False
        (offset,) = struct.unpack_from("<Q", head, 32)
        size, count = struct.unpack_from("<HH", head, 54)
        file.seek(offset)
        table = file.read(size * count)
    kinds = (struct.unpack_from("<I", table, size * number)[0] for number in range(count))
    return PROGRAM_INTERPRETER not in kinds


def _refusal() -> str | None:
    """What the kernel says against namespaces and devices, tried in ones that end at once."""
    commands = [f"{tool('ip')} {line}" for line in DEVICES]
    done = subprocess.run(  # noqa: S603 - a command line of ours
        [
            tool("unshare") or "unshare",
            *NAMESPACES,
            "sh",
            "-e",
            "-c",
            "\n".join(["mount -t proc none /proc", *commands]),
        ],
        env=minimal_environment(),
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    if done.returncode == 0:
        return None
    said = (done.stderr.strip().splitlines() or ["it did not say why"])[-1]
    return f"Real nodes need namespaces and devices this machine refuses: {said[:200]}"
