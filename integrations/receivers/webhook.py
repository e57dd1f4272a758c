"""A program that takes JSON lines by HTTP, signed after Standard Webhooks."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

import httpx2

from integrations.contract import ConfigurationError, UpstreamUnreachable
from integrations.receivers.line import Line
from integrations.receivers.settings import WebhookReceiver
from integrations.tls import TlsMaterial
from integrations.upstream import bounded_client

__all__ = ["WebhookSender", "signature"]

SECONDS: Final = 20.0
_PREFIX: Final = "whsec_"
_MOST_SECRET: Final = 4096


class WebhookSender:
    """No redirect is followed and no answer is read: its status says all."""

    def __init__(self, settings: WebhookReceiver) -> None:
        self._settings = settings

    async def send(self, lines: Sequence[Line]) -> None:
        """POST them; 2xx is taken. `webhook-id` is the same when the same lines come again."""
        body = "".join(f"{line.text}\n" for line in lines).encode()
        name = self._settings.name
        number = f"{name}-{lines[0].sequence}-{lines[-1].sequence}"
        digest = hashlib.sha256(body).hexdigest()[:16]
        headers = {"content-type": "application/x-ndjson", "webhook-id": f"{number}-{digest}"}
        headers |= await asyncio.to_thread(self._signed, headers["webhook-id"], body)
        transport = await asyncio.to_thread(self._transport)
        try:
            async with (
                asyncio.timeout(SECONDS),
                bounded_client(transport, deadline=SECONDS) as client,
                client.stream("POST", self._settings.url, content=body, headers=headers) as answer,
            ):
                status = answer.status_code
        except (TimeoutError, httpx2.TimeoutException):
            text = f"it did not answer within {SECONDS:.0f} seconds"
            raise UpstreamUnreachable(name, text, timeout=True) from None
        except httpx2.HTTPError as error:
            host = urlsplit(self._settings.url).netloc
            text = f"{host} cannot be reached: {error}"[:500]
            raise UpstreamUnreachable(name, text) from error
        if not httpx2.codes.is_success(status):
            raise UpstreamUnreachable(name, f"it answered {status}")

    def _transport(self) -> httpx2.AsyncBaseTransport:
        if not self._settings.url.startswith("https"):
            return httpx2.AsyncHTTPTransport()
        context = TlsMaterial(ca=self._settings.ca_file).context(self._settings.name)
        return httpx2.AsyncHTTPTransport(verify=context)

    def _signed(self, number: str, body: bytes) -> dict[str, str]:
        path, at = self._settings.secret_file, str(int(time.time()))
        if path is None:
            return {"webhook-timestamp": at}
        try:
            with path.open("rb") as file:
                text = file.read(_MOST_SECRET + 1).strip()
        except OSError as error:
            said = f"its secret file {path} cannot be read: {error.strerror}"
            raise ConfigurationError(self._settings.name, said) from error
        if not text or len(text) > _MOST_SECRET:
            raise ConfigurationError(self._settings.name, f"{path} holds no secret")
        return {
            "webhook-timestamp": at,
            "webhook-signature": signature(text.decode(errors="replace"), number, at, body),
        }


def signature(secret: str, number: str, at: str, body: bytes) -> str:
    """``v1,`` and the HMAC-SHA256 of id, time and body (Standard Webhooks, 1.0)."""
    key = secret.encode()
    if secret.startswith(_PREFIX):
        try:
            key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
        except binascii.Error:
            key = secret.encode()
    made = hmac.new(key, f"{number}.{at}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(made).decode()}"
