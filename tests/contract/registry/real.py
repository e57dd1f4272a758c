"""A real registry of a test's own, and the listener its notifications go to."""

import asyncio
import json
import time
from pathlib import Path

import httpx2

from backend.stack.programs import spec
from integrations.registry.settings import RegistrySettings
from tests.contract.etcd.real import program
from tests.ports import free_ports
from tests.processes import bound

SECRET = "a-secret-of-the-test"


class RealRegistry:
    def __init__(self, folder: Path, extra: dict | None = None) -> None:
        self._folder = folder
        self._extra = extra or {}
        self._port, self._hook_port = free_ports(2)
        self._process = None
        self._server = None
        self.url = f"http://127.0.0.1:{self._port}"
        self.transport = None
        self.deliveries: list[tuple[dict, bytes]] = []
        self.listener = lambda headers, body: None

    def settings(self, **overrides) -> RegistrySettings:
        return RegistrySettings(
            name="test", url=self.url, **{"webhook_secret": SECRET, **overrides}
        )

    async def start(self) -> None:
        self._binary = await program(spec.REGISTRY)
        self._server = await asyncio.start_server(self._delivery, "127.0.0.1", self._hook_port)
        config = {
            "version": 0.1,
            "log": {"level": "error", "accesslog": {"disabled": True}},
            "storage": {
                "filesystem": {"rootdirectory": str(self._folder / "data")},
                "delete": {"enabled": True},
            },
            "http": {"addr": f"127.0.0.1:{self._port}"},
            "notifications": {
                "events": {"includereferences": True},
                "endpoints": [
                    {
                        "name": "craton",
                        "url": f"http://127.0.0.1:{self._hook_port}/hook",
                        "headers": {"Authorization": [f"Bearer {SECRET}"]},
                        "timeout": "60s",
                        "threshold": 3,
                        "backoff": "1s",
                    }
                ],
            },
            **self._extra,
        }
        (self._folder / "config.yml").write_text(json.dumps(config))
        await self.revive()

    async def revive(self) -> None:
        with (self._folder / "log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *bound(self._binary, "serve", self._folder / "config.yml"),
                stdout=log,
                stderr=log,
                stdin=asyncio.subprocess.DEVNULL,
                env={"OTEL_TRACES_EXPORTER": "none", "PATH": "/usr/bin"},
            )
        async with httpx2.AsyncClient(timeout=60) as http:
            ends = time.monotonic() + 120
            while time.monotonic() < ends:
                try:
                    if (await http.get(f"{self.url}/v2/")).status_code in {200, 401}:
                        return
                except httpx2.TransportError:
                    await asyncio.sleep(0.05)
        raise AssertionError((self._folder / "log").read_text()[-2000:])

    async def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            await self._process.wait()
            self._process = None

    async def stop(self) -> None:
        await self.kill()
        if self._server is not None:
            self._server.close()

    async def _delivery(self, reader, writer) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                pairs = (line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
                headers = {name.lower(): value for name, value in pairs}
                body = await reader.readexactly(int(headers["content-length"]))
                self.deliveries.append((headers, body))
                self.listener(headers, body)
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
