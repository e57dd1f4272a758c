"""A line to a server that can be cut in the middle of what it carries."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

__all__ = ["CutLine", "cut_line"]

_CHUNK = 65536


@dataclass
class CutLine:
    """Carries connections to `target`; after `cut_after` bytes from the clients it is dead, the
    connections with it, until it is mended."""

    target: tuple[str, int]
    listener: socket.socket = field(repr=False)
    cut_after: int | None = None
    cut: threading.Event = field(default_factory=threading.Event)
    _sent: int = 0
    _open: set[socket.socket] = field(default_factory=set, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def url(self) -> str:
        host, port = self.listener.getsockname()
        return f"http://{host}:{port}"

    def cut_in(self, size: int) -> None:
        """Cut it once clients have sent this many bytes from now on."""
        with self._lock:
            self._sent, self.cut_after = 0, size

    def mend(self) -> None:
        """Carry connections again."""
        self.cut_after = None
        self.cut.clear()

    def serve(self) -> None:
        """Until the listener is closed."""
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            if self.cut.is_set():
                client.close()
                continue
            server = socket.create_connection(self.target)
            with self._lock:
                self._open |= {client, server}
            for ends in ((client, server, True), (server, client, False)):
                threading.Thread(target=self._carry, args=ends, daemon=True).start()

    def close(self) -> None:
        """End everything."""
        _end(self.listener)
        self._drop()

    def _carry(self, source: socket.socket, sink: socket.socket, counted: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(_CHUNK):
                sink.sendall(data)
                if counted and self._dies(len(data)):
                    self.cut.set()
                    self._drop()
        _end(source)
        _end(sink)

    def _dies(self, size: int) -> bool:
        with self._lock:
            self._sent += size
            return self.cut_after is not None and self._sent >= self.cut_after

    def _drop(self) -> None:
        with self._lock:
            ended, self._open = self._open, set()
        for one in ended:
            _end(one)


def _end(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()


@contextmanager
def cut_line(host: str, port: int) -> Iterator[CutLine]:
    """A line on a port of its own to `host`:`port`."""
    line = CutLine((host, port), socket.create_server(("127.0.0.1", 0)))
    serving = threading.Thread(target=line.serve, daemon=True)
    serving.start()
    try:
        yield line
    finally:
        line.close()
        serving.join(timeout=30)
