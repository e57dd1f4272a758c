"""A token server of a test's own, whose word a real registry takes."""

from __future__ import annotations

import base64
import json
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey

__all__ = ["SERVICE", "USER", "TokenServer", "token_server"]

SERVICE = 'the "own", registry'
"""A name that has to be quoted and escaped in a challenge."""
USER = ("craton", "secret")
_ISSUER = "token server of a test"


class TokenServer:
    """`asked` are the queries it was asked with."""

    def __init__(self, folder: Path) -> None:
        self._key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256", "kid": "one"})
        self._keys = folder / "jwks.json"
        self._keys.write_text(json.dumps({"keys": [self._key.as_dict(private=False)]}))
        self.url = ""
        self.asked: list[dict[str, list[str]]] = []

    @property
    def settings(self) -> dict[str, Any]:
        """What a registry's configuration says of it."""
        return {
            "token": {
                "realm": f"{self.url}/token",
                "service": SERVICE,
                "issuer": _ISSUER,
                "jwks": str(self._keys),
                "signingalgorithms": ["ES256"],
            }
        }

    def token(self, query: dict[str, list[str]]) -> str:
        """Whatever was asked for: what matters here is how it is asked."""
        self.asked.append(query)
        now = int(time.time())
        scopes = [scope.rsplit(":", 1) for scope in query.get("scope", [])]
        access = [
            {"type": what.split(":")[0], "name": what.split(":", 1)[1], "actions": may.split(",")}
            for what, may in scopes
        ]
        claims = {
            "iss": _ISSUER, "sub": USER[0], "aud": query.get("service", [""])[0],
            "exp": now + 300, "nbf": now - 60, "iat": now, "jti": uuid.uuid4().hex,
            "access": access,
        }  # fmt: skip
        return jwt.encode({"alg": "ES256", "kid": "one"}, claims, self._key)


@contextmanager
def token_server(folder: Path) -> Iterator[TokenServer]:
    """One that runs for as long as it is used."""
    tokens = TokenServer(folder)
    password = base64.b64encode(":".join(USER).encode()).decode()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            known = self.headers.get("Authorization") == f"Basic {password}"
            query = parse_qs(urlsplit(self.path).query)
            answer = {"token": tokens.token(query)} if known else {}
            body = json.dumps(answer).encode()
            self.send_response(200 if known else 401)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    tokens.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield tokens
    finally:
        server.shutdown()
        server.server_close()
