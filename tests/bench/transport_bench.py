"""Which transport should the integrations use? HEADs against a trivial local server.

    python -m tests.bench.transport_bench [requests]

Measures the client's CPU and wall time a request with 1, 8 and 64 under way, for httpx2's own
transport and, where it is installed, for `httpx_aiohttp.httpx2.AiohttpTransport` (not a
dependency: it brings the old httpx along). Loopback only; the server is another process.
"""

import asyncio
import contextlib
import multiprocessing
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

import httpx2

ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.oci.image.index.v1+json\r\n"
    b"Docker-Content-Digest: sha256:" + b"ab" * 32 + b"\r\nContent-Length: 1234\r\n\r\n"
)


def serve(ready: Connection) -> None:
    """Answer every request head with `ANSWER` until the process is ended."""

    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(ANSWER)
                await writer.drain()
        writer.close()

    async def main() -> None:
        server = await asyncio.start_server(client, "127.0.0.1", 0)
        ready.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


async def measure(url: str, transport: Any, under_way: int, requests: int) -> tuple[float, float]:
    """(CPU, wall) seconds for `requests` HEADs."""
    limits = httpx2.Limits(max_connections=under_way, max_keepalive_connections=under_way)
    numbers = iter(range(requests))
    async with httpx2.AsyncClient(transport=transport, limits=limits, trust_env=False) as http:

        async def worker() -> None:
            for _ in numbers:
                answer = await http.head(url)
                assert answer.status_code == 200

        await asyncio.gather(*(http.head(url) for _ in range(under_way)))
        cpu, wall = time.process_time(), time.perf_counter()
        await asyncio.gather(*(worker() for _ in range(under_way)))
        return time.process_time() - cpu, time.perf_counter() - wall


def transports(under_way: int) -> dict[str, Callable[[], Any]]:
    """The transports at hand, by name."""
    limits = httpx2.Limits(max_connections=under_way, max_keepalive_connections=under_way)
    found: dict[str, Callable[[], Any]] = {
        "httpx2": lambda: httpx2.AsyncHTTPTransport(limits=limits)
    }
    with contextlib.suppress(ImportError):
        from httpx_aiohttp.httpx2 import AiohttpTransport

        found["httpx-aiohttp"] = lambda: AiohttpTransport(limits=limits)
    return found


def main() -> None:
    """Run and print a table."""
    requests = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("fork").Process(target=serve, args=(theirs,), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{ours.recv()}/v2/app/manifests/v1"
    print(f"{'transport':14} {'under way':>9} {'CPU ms/request':>15} {'requests/s':>11}")
    for under_way in (1, 8, 64):
        for name, make in transports(under_way).items():
            cpu, wall = asyncio.run(measure(url, make(), under_way, requests))
            print(f"{name:14} {under_way:9} {cpu / requests * 1000:15.2f} {requests / wall:11.0f}")
    server.terminate()
    server.join()


if __name__ == "__main__":
    main()
