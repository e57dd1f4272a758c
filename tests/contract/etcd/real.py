"""A real etcd cluster of a test's own: free loopback ports, TLS, killable members."""

import asyncio
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

from backend.stack.paths import cache_root
from backend.stack.pki import Authority
from backend.stack.programs import spec
from backend.stack.programs.provide import provide
from integrations.etcd.settings import EtcdSettings
from tests.ports import free_ports
from tests.processes import bound

READY_LIMIT = 120.0
CALL_LIMIT = 45.0
_ON_THE_WAY = ("DeadlineExceeded", "timed out", "leader changed", "no leader")
"""What a put is answered while another leader is found."""


async def program(which: spec.Program) -> Path:
    """The binary: from CRATON_TEST_BIN, else as the stack finds or builds it."""
    folder = os.environ.get("CRATON_TEST_BIN")
    if folder and (Path(folder) / which.name).exists():
        return Path(folder) / which.name
    return (await provide(which, cache_root(), lambda *_: None)).path


class RealCluster:
    """A cluster of real members. `put`, `delete` and `compact` go through etcdctl."""

    transport: Any = None

    def __init__(self, folder: Path, size: int = 3, *, tls: bool = True, args: tuple = ()) -> None:
        self._folder = folder
        self._size = size
        self._tls = tls
        self._args = args
        ports = free_ports(2 * size)
        self._client, self._peer = ports[:size], ports[size:]
        self._processes: dict[int, asyncio.subprocess.Process] = {}
        self._scheme = "https" if tls else "http"
        if tls:
            authority = Authority(folder, "etcd")
            self._ca = authority.pair.cert
            self._server = authority.issue("server", hosts=("127.0.0.1", "localhost"))
            self._pair = authority.issue("console")

    @property
    def endpoints(self) -> tuple[str, ...]:
        return tuple(f"{self._scheme}://127.0.0.1:{port}" for port in self._client)

    def settings(self, **overrides) -> EtcdSettings:
        if self._tls:
            tls = {"ca": self._ca, "cert": self._pair.cert, "key": self._pair.key}
            overrides = {**tls, **overrides}
        return EtcdSettings(name="test", endpoints=self.endpoints, **overrides)

    async def start(self) -> None:
        self._etcd = await program(spec.ETCD)
        self._etcdctl = await program(spec.ETCDCTL)
        await asyncio.gather(*(self.revive(n) for n in range(self._size)))
        await self._until(lambda: self.ctl("endpoint", "health"))

    async def stop(self) -> None:
        for number in tuple(self._processes):
            await self.kill(number)
        shutil.rmtree(self._folder, ignore_errors=True)

    async def revive(self, number: int, state: str = "new") -> None:
        peers = ",".join(f"m{n + 1}=http://127.0.0.1:{p}" for n, p in enumerate(self._peer))
        peer = f"http://127.0.0.1:{self._peer[number]}"
        argv = [
            f"--name=m{number + 1}",
            f"--data-dir={self._folder / f'm{number + 1}'}",
            f"--listen-client-urls={self.endpoints[number]}",
            f"--advertise-client-urls={self.endpoints[number]}",
            f"--listen-peer-urls={peer}",
            f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster={peers}",
            f"--initial-cluster-state={state}",
            "--unsafe-no-fsync",
            "--log-level=error",
            *self._args,
        ]
        if self._tls:
            argv += [
                f"--cert-file={self._server.cert}",
                f"--key-file={self._server.key}",
                f"--trusted-ca-file={self._ca}",
                "--client-cert-auth",
            ]
        log = (self._folder / f"m{number + 1}.log").open("ab")
        try:
            self._processes[number] = await asyncio.create_subprocess_exec(
                *bound(self._etcd, *argv), stdout=log, stderr=log, stdin=asyncio.subprocess.DEVNULL
            )
        finally:
            log.close()

    def process(self, number: int) -> asyncio.subprocess.Process:
        """The running process of a member."""
        return self._processes[number]

    async def kill(self, number: int) -> None:
        process = self._processes.pop(number)
        process.kill()
        await process.wait()

    async def put(self, key: bytes, value: bytes) -> None:
        """Put; again when the answer was lost with a leader that just died."""
        for _ in range(5):
            try:
                await self.ctl("put", "--", key.decode(), value.decode())
            except RuntimeError as error:
                if not any(words in str(error) for words in _ON_THE_WAY):
                    raise
            else:
                return
        raise RuntimeError("etcd did not take a put in five tries")

    async def delete(self, key: bytes) -> None:
        await self.ctl("del", key.decode())

    async def compact(self) -> None:
        text = await self.ctl("endpoint", "status", "-w", "fields")
        lines = [line for line in text.splitlines() if line.startswith('"Revision"')]
        await self.ctl("compact", max((line.split(":")[1].strip() for line in lines), key=int))

    async def ctl(self, *argv: str) -> str:
        up = [self.endpoints[n] for n in self._processes] or list(self.endpoints)
        tls = []
        if self._tls:
            pair = self._pair
            tls = [f"--cacert={self._ca}", f"--cert={pair.cert}", f"--key={pair.key}"]
        process = await asyncio.create_subprocess_exec(
            str(self._etcdctl),
            f"--endpoints={','.join(up)}",
            "--command-timeout=30s",
            *tls,
            *argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(CALL_LIMIT):
                out, err = await process.communicate()
        except TimeoutError:
            process.kill()
            await process.wait()
            raise
        if process.returncode:
            raise RuntimeError(err.decode())
        return out.decode()

    async def allow(self, user: str, password: str, prefix: str) -> None:
        """Switch authentication on, with a user who may read below `prefix`."""
        await self.ctl("user", "add", "root:root-password")
        await self.ctl("user", "grant-role", "root", "root")
        await self.ctl("role", "add", "reader")
        await self.ctl("role", "grant-permission", "reader", "read", prefix, "--prefix=true")
        await self.ctl("user", "add", f"{user}:{password}")
        await self.ctl("user", "grant-role", user, "reader")
        await self.ctl("auth", "enable")

    async def leader(self) -> int:
        """The number of the member that leads."""
        for _ in range(300):
            found = json.loads(await self.ctl("endpoint", "status", "-w", "json"))
            for entry in found:
                if entry["Status"].get("leader") == entry["Status"]["header"]["member_id"]:
                    return self.endpoints.index(entry["Endpoint"])
            await asyncio.sleep(0.1)
        raise AssertionError("no leader")

    async def _until(self, step) -> None:
        ends = asyncio.get_running_loop().time() + READY_LIMIT
        while True:
            try:
                await step()
            except (RuntimeError, TimeoutError):
                if asyncio.get_running_loop().time() > ends:
                    self._show_logs()
                    raise
                await asyncio.sleep(0.1)
            else:
                return

    def _show_logs(self) -> None:
        for path in sorted(self._folder.glob("*.log")):
            sys.stderr.write(f"--- {path.name}\n{path.read_text()[-2000:]}\n")
