"""Run as a script: boot a machine made of namespaces, or run a program inside of one.

Usage: `python -I -S machine.py boot SPEC` and `python -I -S machine.py enter SPEC PROGRAM
ARGUMENT...`; SPEC is the JSON file `describe.py` writes.

A machine is one init process with process, mount, network, host name and IPC namespaces of its own.
When it ends, however it ends, the kernel ends every process in it (kubelet, containerd, shims,
containers) and takes its mounts and interfaces: nothing is left to be cleaned. It dies with whoever
booted it. `/var` is a folder of the machine's own, `/run` is empty at each boot.
"""

import contextlib
import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

Spec = dict[str, Any]

NEW_MOUNTS, NEW_NAMES, NEW_IPC, NEW_PROCESSES, NEW_NETWORK = (
    0x0002_0000, 0x0400_0000, 0x0800_0000, 0x2000_0000, 0x4000_0000,
)  # fmt: skip
NAMESPACES = ("uts", "ipc", "net", "pid", "mnt")
BIND, RECURSIVE, PRIVATE, SHARED = 0x1000, 0x4000, 0x4_0000, 0x10_0000
PR_SET_PDEATHSIG = 1
PATIENCE = 5.0
"""Seconds containers have to end when the machine is switched off."""
SHIM = "containerd-shim"
"""How shims are called. They wait for containerd to dismiss them: nobody waits for them."""

_libc = ctypes.CDLL(None, use_errno=True)


def _call(name: str, *arguments: Any) -> None:
    if getattr(_libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def _mount(source: str, target: str, kind: str = "", flags: int = 0, options: str = "") -> None:
    texts = [text.encode() or None for text in (source, target, kind, options)]
    _call("mount", texts[0], texts[1], texts[2], ctypes.c_ulong(flags), texts[3])


def _die_with_parent() -> None:
    _call("prctl", PR_SET_PDEATHSIG, int(signal.SIGKILL))


def _end_like(child: int) -> NoReturn:
    """Wait for the child and end the way it did. A signal to the group reaches it by itself."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code < 0:
        if -code != signal.SIGKILL:
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    sys.exit(code)


def boot(spec: Spec) -> NoReturn:
    """Start the machine's init, plug in its cable, and stay until it ends."""
    pid_file = Path(spec["pid_file"])
    pid_file.unlink(missing_ok=True)
    up_read, up_write = os.pipe()
    cable_read, cable_write = os.pipe()
    _call("unshare", NEW_PROCESSES)
    child = os.fork()
    if child == 0:
        _die_with_parent()
        os.close(up_read)
        os.close(cable_write)
        _init(spec, up_write, cable_read)
    os.close(up_write)
    os.close(cable_read)
    if os.read(up_read, 1):
        _plug_in(spec)
        os.write(cable_write, b"1")
        if os.read(up_read, 1):
            draft = pid_file.with_suffix(".draft")
            draft.write_text(str(child))
            draft.replace(pid_file)
    _end_like(child)


def _plug_in(spec: Spec) -> None:
    """Lead a cable from the bridge to the machine's eth0. What this process starts is already in
    the machine's namespace of processes, where its init is 1."""
    # The cable of a boot before this one goes with its machine, but perhaps not yet.
    old = [spec["ip"], "link", "del", "dev", spec["cable"]]
    subprocess.run(old, stderr=subprocess.DEVNULL, check=False)  # noqa: S603 - a line of ours
    _ip(
        spec,
        f"link add {spec['cable']} mtu 1500 type veth peer name eth0 mtu 1500 netns 1",
        f"link set {spec['cable']} master {spec['bridge']} up",
    )


def _ip(spec: Spec, *lines: str) -> None:
    text = "\n".join(lines) + "\n"
    subprocess.run([spec["ip"], "-batch", "-"], input=text, text=True, check=True)  # noqa: S603


def _init(spec: Spec, up: int, cable: int) -> NoReturn:
    """Be process 1 of the machine: set it up, bury the dead, switch off on SIGTERM."""
    heard = {signal.SIGTERM, signal.SIGCHLD}
    signal.pthread_sigmask(signal.SIG_BLOCK, heard)
    _call("unshare", NEW_MOUNTS | NEW_NAMES | NEW_IPC | NEW_NETWORK)
    socket.sethostname(spec["name"])
    _furnish(spec)
    os.write(up, b"1")
    if not os.read(cable, 1):
        sys.exit(1)
    _ip(spec, f"addr add {spec['address']} dev eth0", "link set lo up", "link set eth0 up")
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
    os.write(up, b"1")
    while signal.sigwait(heard) != signal.SIGTERM:
        _bury()
    _switch_off(spec)
    sys.exit(0)


def _furnish(spec: Spec) -> None:
    """Give the machine its own /proc, /run and /var, and the programs in /run/bin."""
    _mount("none", "/", flags=RECURSIVE | PRIVATE)
    # What is mounted in a pod's volume is seen in its containers, as on any machine.
    _mount("none", "/", flags=RECURSIVE | SHARED)
    _mount("proc", "/proc", "proc")
    # Opened first: they may lie below what is about to be covered.
    programs = {name: os.open(path, os.O_PATH) for name, path in spec["programs"].items()}
    own_files = {path: os.open(own, os.O_PATH) for path, own in spec["files"].items()}
    var = os.open(spec["var"], os.O_PATH)
    _mount("tmpfs", "/run", "tmpfs", options="mode=755")
    Path("/run/bin").mkdir()
    for name, source in programs.items():
        (Path("/run/bin") / name).touch()
        _mount(f"/proc/self/fd/{source}", f"/run/bin/{name}", flags=BIND)
    for path, source in own_files.items():
        if Path(path).exists():
            _mount(f"/proc/self/fd/{source}", path, flags=BIND)
    _mount(f"/proc/self/fd/{var}", "/var", flags=BIND)


def _bury() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return


def _switch_off(spec: Spec) -> None:
    """End the containers while containerd is there to learn how, then the rest; what is left when
    this returns, the kernel ends."""
    _end(lambda: _inside(Path(spec["group"])))
    _end(_outside)


def _end(processes: Callable[[], list[int]]) -> None:
    """Ask these to end, and wait for it for a while."""
    for pid in processes():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE
    while processes() and time.monotonic() < deadline:
        _bury()
        time.sleep(0.02)


def _inside(group: Path) -> list[int]:
    """What runs in the machine's containers."""
    found: list[int] = []
    for path in group.rglob("cgroup.procs"):
        with contextlib.suppress(OSError):
            found += [int(pid) for pid in path.read_text().split()]
    return found


def _outside() -> list[int]:
    """What else runs in the machine, apart from this init, shims and the dead."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and entry.name != "1":
            with contextlib.suppress(OSError):
                dead = ") Z " in (entry / "stat").read_text()
                if not dead and not (entry / "comm").read_text().startswith(SHIM):
                    found.append(int(entry.name))
    return found


def enter(spec: Spec, argv: list[str]) -> NoReturn:
    """Run a program in the machine that is up; it dies with this process."""
    pid = int(Path(spec["pid_file"]).read_text())
    places = {name: os.open(f"/proc/{pid}/ns/{name}", os.O_RDONLY) for name in NAMESPACES}
    if os.fstat(places["pid"]).st_ino == Path("/proc/self/ns/pid").stat().st_ino:
        sys.exit("the machine is not up")
    for place in places.values():
        _call("setns", place, 0)
    child = os.fork()
    if child == 0:
        _die_with_parent()
        os.chdir("/")
        os.execv(argv[0], argv)  # noqa: S606 - no shell is wanted
    _end_like(child)


def main(arguments: list[str]) -> NoReturn:
    """Do what the command line says; does not return."""
    verb, path, *rest = arguments
    spec: Spec = json.loads(Path(path).read_text())
    if verb == "boot":
        boot(spec)
    enter(spec, rest)


if __name__ == "__main__":
    main(sys.argv[1:])
