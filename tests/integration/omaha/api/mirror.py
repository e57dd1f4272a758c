"""A release mirror over real HTTP on loopback, which can break off, crawl, lie and redirect."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

CHUNK = 64 << 10


@dataclass
class Mirror:
    """`files` by path. `break_after` bytes a GET of a large file breaks off (`breaks` times),
    `pause` seconds after each chunk; `ranges` False: ranges are ignored."""

    files: dict[str, bytes] = field(default_factory=dict)
    breaks: int = 0
    break_after: int = 1 << 20
    pause: float = 0.0
    ranges: bool = True
    redirect: str = ""
    port: int = 0
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    sent: Counter[str] = field(default_factory=Counter)

    @property
    def base(self) -> str:
        return f"http://localhost:{self.port}"

    def ranged(self) -> list[str]:
        """The Range headers that came."""
        return [value for _, _, value in self.asked if value]


class _Server(ThreadingHTTPServer):
    mirror: Mirror
    daemon_threads = True


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        return

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        mirror = self.server.mirror
        wanted = self.headers.get("Range", "")
        mirror.asked.append((self.command, self.path, wanted))
        data = mirror.files.get(self.path)
        if mirror.redirect or data is None:
            self.send_response(302 if mirror.redirect else 404)
            self.send_header("Location", mirror.redirect)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        first = 0
        match = re.fullmatch(r"bytes=(\d+)-", wanted)
        if match and mirror.ranges:
            first = int(match[1])
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {first}-{len(data) - 1}/{len(data)}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(data) - first))
        self.end_headers()
        if body:
            self._send(data[first:])

    def _send(self, data: bytes) -> None:
        mirror = self.server.mirror
        breaking = len(data) > mirror.break_after and mirror.breaks > 0
        if breaking:
            mirror.breaks -= 1
        for start in range(0, len(data), CHUNK):
            if breaking and start >= mirror.break_after:
                self.close_connection = True
                return
            try:
                self.wfile.write(data[start : start + CHUNK])
            except OSError:
                self.close_connection = True
                return
            mirror.sent[self.path] += len(data[start : start + CHUNK])
            if len(data) > CHUNK:
                time.sleep(mirror.pause)


@contextmanager
def serving() -> Iterator[Mirror]:
    mirror = Mirror()
    server = _Server(("127.0.0.1", 0), _Handler)
    server.mirror = mirror
    mirror.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield mirror
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
