"""The console over a real API server that holds 5,000 nodes and 50,000 pods.

    export CRATON_STACK_NODES=5000 CRATON_STACK_PODS=50000 CRATON_STACK_REAL_NODES=0
    CRATON_HOME=… craton stack up &
    python -m tests.bench.scale_bench --home … [--only pages,watches,latency,use,tab]

The stack is somebody else's to start and to stop; this waits until it has all its pods.
Changes are written straight into the API server's etcd (`scale_changes`).
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import random
import re
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2
import msgspec

from tests.bench.scale_changes import Store, api_client, changed_pod, load_pods, objects
from tests.bench.scale_console import Memory, Socket, open_socket, percentiles, start_console
from tests.bench.scale_tab import measure_tab
from tests.bench.scale_upstream import watched
from tests.bench.scale_use import measure_use
from tests.consoleprocess import ConsoleProcess

FACETS = {
    "pods": ["namespace", "status", "node", "owner", "healthy"],
    "machines": ["status", "os_version", "roles", "zone", "healthy"],
}
"""What the interface's tables ask for with their columns as they come."""

QUERIES: dict[str, tuple[str, dict[str, Any]]] = {
    "pods, as they come": ("pods", {}),
    "pods, newest restarts": ("pods", {"sort": ["-restarts"]}),
    "pods, sorted by machine": ("pods", {"sort": ["node", "-name"]}),
    "pods, one namespace": ("pods", {"filter": ["namespace=load-07"]}),
    "pods, name has": ("pods", {"filter": ["name~service-12"], "sort": ["-created"]}),
    "pods, labels": ("pods", {"labels": "app.kubernetes.io/name in (service-0001,service-0777)"}),
    "pods, search": ("pods", {"q": "payments 04"}),
    "machines, as they come": ("machines", {}),
    "machines, most pods": ("machines", {"sort": ["-pods"]}),
    "machines, one zone": ("machines", {"filter": ["zone=fra-2"]}),
    "machines, search": ("machines", {"q": "worker-12"}),
}


class _Row(msgspec.Struct):
    restarts: int


class _Delta(msgspec.Struct):
    upsert: list[_Row]


class Bench:
    """A stack with its objects, and the console that shows it."""

    def __init__(self, home: Path, store: Store, pods: dict[str, str]) -> None:
        self.home = home
        self.store = store
        self.pods = pods
        self.console: ConsoleProcess
        self.memory: Memory
        self.written: dict[int, float] = {}
        self.report: dict[str, Any] = {}
        # Grows from run to run, and stays within the 32 bits of a restart count.
        self._count = itertools.count(int(time.time()) % 1_000_000 * 1000)

    def say(self, text: str) -> None:
        print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)

    async def change(self, per_second: float, seconds: float) -> float:
        """Restart containers, ten batches a second; the rate that was reached.

        A pod's restarts are the number of its change, by which `written` tells when etcd
        had accepted it.
        """
        keys, chance = list(self.pods), random.Random(3)
        started = due = time.monotonic()
        done = 0
        while due < started + seconds:
            chosen = chance.sample(keys, max(1, round(per_second / 10)))
            numbers = {key: next(self._count) for key in chosen}
            await self.store.put({k: changed_pod(self.pods[k], n) for k, n in numbers.items()})
            now = time.time()
            self.written |= dict.fromkeys(numbers.values(), now)
            done += len(chosen)
            due += 0.1
            await asyncio.sleep(max(0.0, due - time.monotonic()))
        return done / (time.monotonic() - started)

    @asynccontextmanager
    async def churn(self, per_second: float) -> AsyncIterator[None]:
        """Changes for as long as the block runs."""
        task = asyncio.create_task(self.change(per_second, 1e9))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def memory(bench: Bench) -> dict[str, Any]:
    """Start of the console to all rows there; at rest; under 200 changes a second."""
    started = time.monotonic()
    wanted = len(bench.pods)
    sampler = asyncio.create_task(bench.memory.sample())
    with bench.console.caller() as caller:
        while True:
            answer = await asyncio.to_thread(caller.get, "/collections/pods?limit=1")
            fresh = answer.json()["freshness"]
            live = bool(fresh) and all(entry["state"] == "live" for entry in fresh)
            if answer.json()["total"] >= wanted and live:
                break
            await asyncio.sleep(0.5)
    result: dict[str, Any] = {"listed after s": round(time.monotonic() - started, 1)}
    result["peak while listing MB"] = round(bench.memory.peak)
    await asyncio.sleep(20)
    bench.memory.cpu()
    await asyncio.sleep(10)
    result |= {"at rest MB": round(bench.memory.now), "cpu at rest": f"{bench.memory.cpu():.0%}"}
    rate = await bench.change(200, 30)
    result |= {
        "changes/s": round(rate),
        "under changes MB": round(bench.memory.now),
        "cpu under changes": f"{bench.memory.cpu():.0%}",
        "peak MB": round(bench.memory.peak),
    }
    sampler.cancel()
    return result


async def pages(bench: Bench, rounds: int = 12) -> dict[str, Any]:
    """First answers over REST and over the socket, each view made anew each time."""
    result: dict[str, Any] = {}
    with bench.console.caller() as caller:
        cookie = "; ".join(f"{name}={value}" for name, value in caller.cookies.items())
        async with open_socket(bench.console, cookie) as socket:
            for rate in (0, 200):
                async with AsyncExitStack() as stack:
                    if rate:
                        await stack.enter_async_context(bench.churn(rate))
                    for name, (collection, words) in QUERIES.items():
                        query = {"facet": FACETS[collection], **words}
                        told = f"{name}; {rate} changes/s"
                        over = await _asked(bench, socket, collection, query, rounds)
                        rest = await _called(caller, collection, query, rounds)
                        result[told] = {"socket": over, "rest": rest}
                        bench.say(f"{told}: socket {over} rest {rest}")
    return result


async def _asked(
    bench: Bench, socket: Socket, collection: str, query: dict[str, Any], rounds: int
) -> dict[str, Any]:
    took, total, spent = [], 0, 0.0
    for _ in range(rounds):
        before, start = bench.memory.spent, time.monotonic()
        answer = await socket.ask(collection, query)
        took.append(time.monotonic() - start)
        spent += bench.memory.spent - before
        total = answer["total"]
        await asyncio.sleep(0.2)
    return {**percentiles(took), "console cpu": round(spent / rounds * 1000), "rows": total}


async def _called(
    caller: httpx2.Client, collection: str, query: dict[str, Any], rounds: int
) -> dict[str, float]:
    params: list[tuple[str, str]] = [("limit", "150")]
    for word, held in query.items():
        params += [(word, value) for value in ([held] if isinstance(held, str) else held)]
    took = []
    for _ in range(rounds):
        start = time.monotonic()
        answer = await asyncio.to_thread(caller.get, f"/collections/{collection}", params=params)
        took.append(time.monotonic() - start)
        assert answer.status_code == 200, answer.text
    return percentiles(took)


async def watches(bench: Bench) -> dict[str, Any]:
    """Open watches of the API server with 0, 1 and 50 sockets."""
    result = {}
    with bench.console.caller() as caller:
        cookie = "; ".join(f"{name}={value}" for name, value in caller.cookies.items())
        for sockets in (0, 1, 50):
            async with AsyncExitStack() as stack:
                for _ in range(sockets):
                    socket = await stack.enter_async_context(open_socket(bench.console, cookie))
                    await socket.ask("pods", {"facet": FACETS["pods"]})
                await asyncio.sleep(3)
                result[f"{sockets} sockets"] = await asyncio.to_thread(_watch_counts, bench.home)
    return result


def _watch_counts(home: Path) -> dict[str, int]:
    with api_client(home) as client:
        text = client.get("/metrics").text
    lines = re.findall(
        r'^apiserver_longrunning_requests\{(.*verb="WATCH".*)\} (\d+)', text, re.MULTILINE
    )
    of_pods = sum(int(n) for labels, n in lines if 'resource="pods"' in labels)
    return {"all": sum(int(n) for _, n in lines), "pods": of_pods}


async def latency(bench: Bench, rate: float, seconds: float, sockets: int = 200) -> dict[str, Any]:
    """From etcd having a change to a socket having its frame, with 20 distinct views."""
    heard: list[tuple[float, str]] = []
    views = [{"sort": ["-restarts"]}, {"sort": ["restarts"]}] + [
        {"filter": [f"namespace=load-{n:02d}"], "sort": ["-restarts"]} for n in range(18)
    ]
    with bench.console.caller() as owner:
        logins = [bench.console.add_member(owner, ("viewer", "org/main")) for _ in range(4)]
        async with AsyncExitStack() as stack:
            people = [stack.enter_context(bench.console.signed_in(login)) for login in logins]
            opened: list[Socket] = []
            for number in range(sockets):
                person = people[number % len(people)]
                socket = await stack.enter_async_context(
                    open_socket(bench.console, person.cookie, heard.append)
                )
                opened.append(socket)
                await socket.ask("pods", {"facet": FACETS["pods"], **views[number % len(views)]})
            upstream = stack.enter_context(watched(bench.home))
            churn = asyncio.create_task(bench.change(rate, seconds + 5))
            await asyncio.sleep(5)
            begun = time.time()
            bench.memory.cpu()
            frames = sum(socket.frames for socket in opened)
            size = sum(socket.characters for socket in opened)
            reached = await churn
            spent = bench.memory.cpu()
            frames = sum(socket.frames for socket in opened) - frames
            size = sum(socket.characters for socket in opened) - size
            await asyncio.sleep(3)
    told = [
        (row.restarts, now)
        for now, text in heard
        for row in msgspec.json.decode(text, type=_Delta).upsert
        if bench.written.get(row.restarts, 0.0) >= begun
    ]
    known = {n: at for n, at in upstream.items() if bench.written.get(n, 0.0) >= begun}
    return {
        "changes/s": round(reached),
        "etcd to frame": percentiles([now - bench.written[number] for number, now in told]),
        "etcd to a plain watcher": percentiles(
            [
                at - bench.written[n]
                for n, at in upstream.items()
                if bench.written.get(n, 0) >= begun
            ]
        ),
        "from there to frame": percentiles(
            [now - known[number] for number, now in told if number in known]
        ),
        "rows received": len(told),
        "frames/s": round(frames / seconds),
        "MB/s": round(size / 1e6 / seconds, 1),
        "console cpu": f"{spent:.0%}",
        "console MB": round(bench.memory.now),
    }


async def tab(bench: Bench, seconds: float, rate: float) -> Any:
    """A Chromium tab on the pods page, sorted by what changes."""
    async with bench.churn(rate):
        path = "/workloads/pods?sort=-restarts"
        return await measure_tab(bench.console, path, seconds, 60, bench.say)


def _wait_full(home: Path, nodes: int, pods: int) -> dict[str, str]:
    """Wait until the stack has what it was asked for; its load pods."""
    with api_client(home) as client:
        while True:
            held = objects(client, "nodes"), objects(client, "pods")
            print(f"{time.strftime('%H:%M:%S')} {held[0]} nodes, {held[1]} pods", flush=True)
            if held[0] >= nodes and held[1] >= pods * 0.99:  # jobs end and begin
                return load_pods(client)
            time.sleep(20)


async def run(options: argparse.Namespace) -> None:
    """All the measures that were asked for, printed as they come and written as JSON."""
    wanted = options.only.split(",")
    folder = Path(tempfile.mkdtemp(prefix="craton-scale-"))
    pods = await asyncio.to_thread(_wait_full, options.home, options.nodes, options.pods)
    async with Store(options.home) as store:
        bench = Bench(options.home, store, pods)
        bench.console = start_console(folder / "console", options.home)
        assert bench.console.process is not None
        bench.memory = Memory(bench.console.process.pid)
        bench.say(f"console {bench.console.url} pid {bench.console.process.pid}")
        try:
            bench.report["memory"] = await memory(bench)
            bench.say(str(bench.report["memory"]))
            for name in wanted:
                if name == "pages":
                    bench.report[name] = await pages(bench)
                elif name == "watches":
                    bench.report[name] = await watches(bench)
                elif name == "latency":
                    bench.report[name] = await latency(bench, options.rate, options.seconds)
                elif name == "use":
                    async with bench.churn(options.tab_rate):
                        bench.report[name] = await measure_use(bench.console, 6, bench.say)
                elif name == "tab":
                    bench.report[name] = await tab(bench, options.tab_seconds, options.tab_rate)
                if name in bench.report:
                    bench.say(f"{name}: {bench.report[name]}")
        finally:
            bench.report["at the end MB"] = round(bench.memory.now)
            bench.console.stop()
            shutil.rmtree(folder, ignore_errors=True)
            if options.json:
                options.json.write_text(json.dumps(bench.report, indent=1))


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--home", type=Path, required=True, help="CRATON_HOME of the stack")
    parser.add_argument("--nodes", type=int, default=5000)
    parser.add_argument("--pods", type=int, default=50_000)
    parser.add_argument("--only", default="pages,watches,latency,use,tab")
    parser.add_argument("--rate", type=float, default=500, help="changes/s of the latency measure")
    parser.add_argument("--seconds", type=float, default=40)
    parser.add_argument("--tab-rate", type=float, default=200)
    parser.add_argument("--tab-seconds", type=float, default=900)
    parser.add_argument("--json", type=Path)
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
