"""The registry tells the console about pushes."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from backend.stack.seed.catalogue import build
from backend.stack.seed.push import Pusher
from tests.stackfixtures import RunningStack


@pytest.fixture
def console():
    """A stand-in for the console: keeps what is posted to it."""
    received = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append((self.path, self.headers["Authorization"], json.loads(body)))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", received
    server.shutdown()
    server.server_close()
    thread.join()


async def test_a_push_is_told_with_the_secret(own_stack, console):
    url, received = console
    stack: RunningStack = own_stack(console_url=url)
    stack.wait_ready("registry")
    image = build("shop/cart", "1.9.0")
    async with Pusher(stack.registry_url) as pusher:
        assert await pusher.push("team/thing", "v1", image)
        assert not await pusher.push("team/thing", "v1", image)
        assert await pusher.tag_digest("team/thing", "v1") == image.digest

    def told(_) -> bool:
        events = [event for _, _, body in received for event in body["events"]]
        return any(event["target"].get("tag") == "v1" for event in events)

    stack.wait(told, what="telling about the push")
    assert {path for path, _, _ in received} == {"/api/v1/hooks/registry/local"}
    assert {header for _, header, _ in received} == {f"Bearer {stack.webhook_secret}"}
