"""Kubeconfigs as people have them, against a real API server: what kubectl reads is read, what it
refuses is refused, and why nothing comes stands on the Overview."""

from __future__ import annotations

import base64
import ssl
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from cryptography.hazmat.primitives import serialization

from integrations.contract import ConfigurationError, UpstreamUnreachable
from integrations.kubernetes.probe import probe
from integrations.kubernetes.settings import ConnectionSettings
from tests.console import running_console
from tests.integration.proxies.conftest import certificate
from tests.stackfixtures import RunningStack
from tests.tunnel import tunnel
from tests.waiting import until

pytestmark = pytest.mark.stack

BETA = "client.authentication.k8s.io/v1beta1"
GIVES = f"""#!{sys.executable}
import json, os, pathlib
info = json.loads(os.environ["KUBERNETES_EXEC_INFO"])
here = pathlib.Path(__file__).parent
print(json.dumps({{"apiVersion": info["apiVersion"], "kind": "ExecCredential", "status": {{
    "clientCertificateData": (here / "client.crt").read_text(),
    "clientKeyData": (here / "client.key").read_text()}}}}))
"""
EXPIRED = r"""#!/bin/sh
printf '\033[31mthe SSO session has expired. Run: aws sso login\n' >&2
exit 255
"""


class Kubeconfigs:
    """Files made from the stack's own."""

    def __init__(self, stack: RunningStack, folder: Path) -> None:
        own = yaml.safe_load(stack.kubeconfig.read_text())
        self.cluster: dict[str, Any] = own["clusters"][0]["cluster"]
        self.user: dict[str, Any] = own["users"][0]["user"]
        self.folder = folder
        self.material = {
            "ca.crt": self.data(self.cluster, "certificate-authority"),
            "client.crt": self.data(self.user, "client-certificate"),
            "client.key": self.data(self.user, "client-key"),
        }
        for name, data in self.material.items():
            (folder / name).write_bytes(data)
        for name, text in (("gives", GIVES), ("expired", EXPIRED)):
            (folder / name).write_text(text)
            (folder / name).chmod(0o700)

    @staticmethod
    def data(part: dict[str, Any], word: str) -> bytes:
        if inline := part.get(f"{word}-data"):
            return base64.b64decode(inline)
        return Path(part[word]).read_bytes()

    def inline(self, file: str, wrap: bool = False) -> str:
        text = base64.b64encode(self.material[file]).decode()
        return "\n".join(textwrap.wrap(text, 64)) + "\n" if wrap else text

    def write(
        self,
        name: str,
        cluster: dict[str, Any] | None = None,
        user: dict[str, Any] | None = None,
        **top: Any,
    ) -> Path:
        whole = {"server": self.cluster["server"], "certificate-authority": "./ca.crt"}
        signs = {"client-certificate": "client.crt", "client-key": "client.key"}
        document = {
            "current-context": "arn:aws:eks:eu-west-1:123456789012:cluster/prod",
            "contexts": [
                {"name": "aksdemo"},
                {
                    "name": "arn:aws:eks:eu-west-1:123456789012:cluster/prod",
                    "context": {"cluster": "c", "user": "u"},
                },
            ],
            "clusters": [{"name": "c", "cluster": {**whole, **(cluster or {})}}],
            "users": [{"name": "u", "user": signs if user is None else user}],
            **top,
        }
        path = self.folder / f"{name}.yaml"
        path.write_text(yaml.safe_dump(document, allow_unicode=True))
        return path


@pytest.fixture
def made(stack: RunningStack, tmp_path: Path) -> Kubeconfigs:
    return Kubeconfigs(stack, tmp_path)


def settings(path: Path | str) -> ConnectionSettings:
    return ConnectionSettings(name="tried", kubeconfig=Path(path))


def wrapped(made: Kubeconfigs) -> Path | str:
    user = {
        "client-certificate-data": made.inline("client.crt", wrap=True),
        "client-key-data": made.inline("client.key", wrap=True),
    }
    ca = {
        "certificate-authority": "",
        "certificate-authority-data": made.inline("ca.crt", wrap=True),
    }
    return made.write("wrapped", ca, user)


def commented(made: Kubeconfigs) -> Path | str:
    comment = "# Zertifizierungsstelle M\u00fcnchen\n".encode()
    (made.folder / "bundle.crt").write_bytes(comment + made.material["ca.crt"])
    return made.write("commented", {"certificate-authority": "bundle.crt"})


def with_bom(made: Kubeconfigs) -> Path | str:
    path = made.write("bom")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    return path


def several(made: Kubeconfigs) -> Path | str:
    first = made.write("first", users=[])
    second = made.write("second", clusters=[], contexts=[])
    return f"{first}:{made.folder / 'absent'}:{second}"


def by_program(made: Kubeconfigs) -> Path | str:
    plugin = {"apiVersion": BETA, "command": "./gives", "args": None, "env": None}
    return made.write("program", user={"exec": {**plugin, "interactiveMode": "IfAvailable"}})


def named_in_tls(made: Kubeconfigs) -> Path | str:
    server = made.cluster["server"].replace("127.0.0.1", "localhost")
    return made.write("tls", {"server": server, "tls-server-name": "127.0.0.1"})


def half_broken_authorities(made: Kubeconfigs) -> Path | str:
    """One of a bundle cannot be read; what is left is the server's own, which another signed."""
    broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    address = urlsplit(made.cluster["server"])
    own = ssl.get_server_certificate((str(address.hostname), address.port or 443))
    (made.folder / "half.crt").write_text(broken + own)
    return made.write("half", {"certificate-authority": "half.crt"})


def acting(made: Kubeconfigs) -> Path | str:
    """Version and discovery are for those who are authenticated: the second group."""
    groups = ["developers", "system:authenticated"]
    user = {"client-certificate": "client.crt", "client-key": "client.key", "as": "jane"}
    extra = {"reason": ["deploy", "test"], "Scopes/x": ["a"]}
    return made.write("acting", user={**user, "as-groups": groups, "as-user-extra": extra})


def first_of_two(made: Kubeconfigs) -> Path | str:
    path = made.write("two", {"server": made.cluster["server"].replace("https", "HTTPS")})
    path.write_text(f"---\n{path.read_text()}---\nkind: [\n")
    return path


def by_program_in_yaml(made: Kubeconfigs) -> Path | str:
    lines = [f"apiVersion: {BETA}", "kind: ExecCredential", "status:"]
    for word, file in (("Certificate", "client.crt"), ("Key", "client.key")):
        text = made.material[file].decode().strip().replace("\n", "\n    ")
        lines.append(f"  client{word}Data: |\n    {text}")
    body = "\n".join(lines)
    program = made.folder / "in-yaml"
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{body}\nEND\n")
    program.chmod(0o700)
    return made.write("yaml", user={"exec": {"apiVersion": BETA, "command": "./in-yaml"}})


SHAPES = (
    *(wrapped, commented, with_bom, several, by_program, named_in_tls),
    *(half_broken_authorities, acting, first_of_two, by_program_in_yaml),
)


@pytest.mark.parametrize("shape", SHAPES)
async def test_what_kubectl_reads_is_read(
    made: Kubeconfigs, shape: Callable[[Kubeconfigs], Path | str]
):
    assert (await probe(settings(shape(made)))).version.startswith("v1.")


@pytest.mark.parametrize(
    ("cluster", "user", "top", "words"),
    [
        ({"insecure-skip-tls-verify": True}, None, {}, "take one of them out"),
        ({"tls-server-name": "api.prod.example"}, None, {}, "certificate is not trusted"),
        ({}, None, {"current-context": ""}, "no current-context; name one"),
        ({}, None, {"current-context": "aksdemo"}, "names no cluster"),
        ({"proxy-url": "socks5://127.0.0.1:1"}, None, {}, "the proxy socks5://127.0.0.1:1 refuses"),
        ({"proxy-url": "http://127.0.0.1:1"}, None, {}, "the proxy http://127.0.0.1:1 refuses"),
    ],
)
async def test_what_cannot_be_used_says_what_and_where(
    made: Kubeconfigs,
    cluster: dict[str, Any],
    user: dict[str, Any] | None,
    top: dict[str, Any],
    words: str,
):
    path = made.write("refused", cluster, user, **top)
    with pytest.raises((ConfigurationError, UpstreamUnreachable), match=words):
        await probe(settings(path))


async def test_an_encrypted_key_is_refused_and_nobody_is_asked_for_its_password(
    made: Kubeconfigs,
):
    key = serialization.load_pem_private_key(made.material["client.key"], None)
    secret = serialization.BestAvailableEncryption(b"x")
    form = serialization.PrivateFormat.PKCS8
    (made.folder / "locked.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, form, secret)
    )
    user = {"client-certificate": "client.crt", "client-key": "locked.key"}
    with pytest.raises(ConfigurationError, match="private key is encrypted"):
        await probe(settings(made.write("locked", user=user)))


async def test_the_api_server_is_reached_through_its_proxy(made: Kubeconfigs):
    async with tunnel() as (proxy, asked):
        path = made.write("proxied", {"proxy-url": f"http://me:hunter2@{proxy}"})
        assert (await probe(settings(path))).version.startswith("v1.")
    assert asked[0].startswith("CONNECT 127.0.0.1:")
    assert f"Basic {base64.b64encode(b'me:hunter2').decode()}" in asked[0]


async def test_the_api_server_is_reached_through_a_proxy_over_tls(
    made: Kubeconfigs, tmp_path: Path
):
    """TLS within TLS. The cluster's authorities vouch for the proxy, as for client-go."""
    certificate(tmp_path)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    both = made.folder / "both.crt"
    both.write_bytes(made.material["ca.crt"] + b"\n" + (tmp_path / "cert.pem").read_bytes())
    async with tunnel(tls) as (proxy, asked):
        known = {"proxy-url": f"https://{proxy}", "certificate-authority": "./both.crt"}
        assert (await probe(settings(made.write("tls", known)))).version.startswith("v1.")
        assert asked[0].startswith("CONNECT 127.0.0.1:")
        strange = made.write("strange", {"proxy-url": f"https://{proxy}"})
        with pytest.raises(UpstreamUnreachable, match="certificate"):
            await probe(settings(strange))


async def test_a_connection_that_cannot_come_is_a_problem_with_its_reason(
    made: Kubeconfigs, tmp_path: Path
):
    plugin = {"apiVersion": BETA, "command": "./expired"}
    expired = made.write("expired", user={"exec": plugin})
    unsafe = made.write("unsafe", {"insecure-skip-tls-verify": True})
    token = made.write("token", user={"token": "eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjF9.c2ln"})
    declared = [{"name": path.stem, "kubeconfig": str(path)} for path in (expired, unsafe, token)]
    (tmp_path / "console").mkdir()
    async with running_console(tmp_path / "console", kubernetes=declared) as console:
        owner = await console.owner()

        async def reasons() -> dict[str, str]:
            found = (await owner.get("/overview")).json()["problems"]
            return {p["name"]: p["reason"] for p in found if p["kind"] == "Connection"}

        async def all_told() -> bool:
            told = await reasons()
            return (
                set(told) == {"expired", "unsafe", "token"}
                and told["expired"].endswith("255: the SSO session has expired. Run: aws sso login")
                and "insecure-skip-tls-verify" in told["unsafe"]
                and ("Unauthorized" in told["token"] or "401" in told["token"])
            )

        await until(all_told, 120)
