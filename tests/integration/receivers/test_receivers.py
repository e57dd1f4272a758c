"""Receivers as they are: a real rsyslog over TLS, and a program that checks signatures."""

from __future__ import annotations

import asyncio
import base64
import json
import ssl
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from auth.scope import namespace
from backend.features.overview import receivers as overview
from integrations.contract import ConfigurationError, UpstreamUnreachable
from integrations.receivers.line import Line
from integrations.receivers.settings import SyslogReceiver, WebhookReceiver
from integrations.receivers.syslog import SyslogSender
from integrations.receivers.webhook import WebhookSender, signature
from tests.console import Caller, running_console
from tests.identity.served import served
from tests.integration.proxies.conftest import certificate
from tests.ports import free_port
from tests.rsyslogd import rsyslogd
from tests.waiting import until

LINES = [
    Line(json.dumps({"type": "entry", "n": 1, "text": "grüße \u2028"}, ensure_ascii=False), 1, 1e9),
    Line(json.dumps({"type": "entry", "n": 2, "text": "x" * 20_000}), 2, 1e9 + 0.5, warning=True),
]


async def test_a_console_tells_a_real_rsyslog_over_tls(tmp_path: Path) -> None:
    certificate(tmp_path)
    own, port = tmp_path / "cert.pem", free_port()
    with rsyslogd(tmp_path / "rsyslog", own, tmp_path / "key.pem", port) as told:
        settings = SyslogReceiver(kind="syslog", name="siem", host="127.0.0.1", port=port)
        with pytest.raises(UpstreamUnreachable, match="certificate is not accepted"):
            await SyslogSender(settings).send(LINES)
        trusting = settings.model_copy(update={"ca_file": own})
        await SyslogSender(trusting).send(LINES)
        await until(lambda: told.exists() and told.read_text().count("\n") == 2)
        first, second, _ = told.read_text().split("\n")
        head = '109 2001-09-09T01:46:40Z craton audit [meta sequenceId="1"] '
        # rsyslog writes the local time with its offset; the moment is the one that was sent.
        assert first.partition(" ")[0] == head.partition(" ")[0]
        assert 'craton audit [meta sequenceId="1"] ' in first
        assert json.loads(first[first.index("{") :])["text"] == "grüße \u2028"
        assert second.startswith("108 "), "what was refused is a warning"
        assert len(json.loads(second[second.index("{") :])["text"]) == 20_000

        declared = (trusting.model_dump(exclude_none=True),)
        (tmp_path / "console").mkdir()
        async with running_console(tmp_path / "console", audit_receivers=declared) as console:
            owner = await console.owner()
            await until(lambda: '"action":"session:open"' in told.read_text())
            (found,) = (await owner.get("/activity/receivers")).json()
            assert (found["name"], found["kind"]) == ("siem", "syslog")
            assert (found["place"], found["failing"]) == (f"127.0.0.1:{port}", None)
            stranger = await console.member("bob")
            assert (await stranger.get("/activity/receivers")).status_code == 404, "it is not said"


async def test_who_sees_problems_is_told_of_a_receiver_that_takes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overview, "GRACE_SECONDS", 0.0)
    declared = ({"kind": "syslog", "name": "siem", "host": "127.0.0.1", "port": free_port()},)
    async with running_console(tmp_path, audit_receivers=declared) as console:
        owner = await console.owner()
        nobody = await console.member("bob", ("viewer", namespace("main", "prod", "shop")))

        async def told(caller: Caller) -> list[str]:
            problems = (await caller.get("/overview")).json()["problems"]
            return [one["reason"] for one in problems if one["name"] == "siem"]

        await until(lambda: told(owner))
        assert await told(owner) == ["it takes no entries of the activity record"]
        assert await told(nobody) == []


async def test_a_syslog_server_that_is_not_there_or_speaks_no_tls(tmp_path: Path) -> None:
    settings = SyslogReceiver(kind="syslog", name="siem", host="127.0.0.1", port=free_port())
    with pytest.raises(UpstreamUnreachable, match="cannot be reached"):
        await SyslogSender(settings).send(LINES)
    absent = settings.model_copy(update={"ca_file": tmp_path / "none.pem"})
    with pytest.raises(ConfigurationError, match="CA file"):
        await SyslogSender(absent).send(LINES)
    async with served(Starlette()) as url:
        plain = settings.model_copy(update={"port": int(url.rpartition(":")[2])})
        with pytest.raises(UpstreamUnreachable):
            await SyslogSender(plain).send(LINES)


async def test_a_syslog_server_that_is_slow_to_close_has_taken_them(tmp_path: Path) -> None:
    certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    taken, ended = bytearray(), asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while len(taken) < 20_000:
            taken.extend(await reader.read(65536))
        await ended.wait()
        writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    settings = SyslogReceiver(
        kind="syslog", name="siem", host="127.0.0.1", ca_file=tmp_path / "cert.pem",
        port=server.sockets[0].getsockname()[1],
    )  # fmt: skip
    try:
        await SyslogSender(settings).send(LINES)
    finally:
        ended.set()
        server.close()
        await server.wait_closed()
    assert taken.startswith(b"1"), "octet counting"


async def test_a_webhook_is_signed_and_taken_at_2xx_only(tmp_path: Path) -> None:
    bodies: list[bytes] = []
    status = [204]
    secret = f"whsec_{base64.b64encode(b'a secret of 24 bytes ...').decode()}"

    async def take(request: Request) -> Response:
        body = await request.body()
        number, at = request.headers["webhook-id"], request.headers["webhook-timestamp"]
        assert request.headers["webhook-signature"] == signature(secret, number, at, body)
        bodies.append(body)
        return Response(status_code=status[0], headers={"location": "/elsewhere"})

    (tmp_path / "secret").write_text(f"{secret}\n")
    async with served(Starlette(routes=[Route("/in", take, methods=["POST"])])) as url:
        settings = WebhookReceiver(
            kind="webhook", name="siem", url=f"{url}/in", secret_file=tmp_path / "secret"
        )
        await WebhookSender(settings).send(LINES)
        assert [json.loads(line)["n"] for line in bodies[0].split(b"\n") if line] == [1, 2]
        for refused in (302, 400, 503):
            status[0] = refused
            with pytest.raises(UpstreamUnreachable, match=f"answered {refused}"):
                await WebhookSender(settings).send(LINES)
        assert len(bodies) == 4, "no redirect is followed"
        unsigned = settings.model_copy(update={"secret_file": tmp_path / "nothing"})
        with pytest.raises(ConfigurationError, match="cannot be read"):
            await WebhookSender(unsigned).send(LINES)
    with pytest.raises(UpstreamUnreachable, match="cannot be reached"):
        await WebhookSender(settings).send(LINES)


def test_the_signature_is_that_of_standard_webhooks() -> None:
    """The example of their specification's library tests."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    number, at, body = "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}'
    assert signature(secret, number, at, body) == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
