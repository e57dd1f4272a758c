"""A real etcd and kube-apiserver for tests, on loopback, stopped and started at will.

No controllers: what a test creates is all there is. The shared stack has those.
"""

from __future__ import annotations

import asyncio
import signal
import ssl
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx2

from backend.stack.paths import cache_root
from backend.stack.pki import ensure_signing_key
from backend.stack.programs.provide import provide
from backend.stack.programs.spec import APISERVER, ETCD, Program
from tests.ports import free_ports
from tests.processes import start

ADMIN, LIMITED = "admin-token-of-the-test", "limited-token-of-the-test"


def program(wanted: Program) -> str:
    return str(asyncio.run(provide(wanted, cache_root(), lambda _share, _detail: None)).path)


class ApiServer:
    """`start`, `kill`, `start` again: same port, same data, same certificate."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port, self._etcd_port, peer = free_ports(3)
        self.url = f"https://127.0.0.1:{self.port}"
        (home / "tokens.csv").write_text(
            f'{ADMIN},admin,1,"system:masters"\n{LIMITED},limited,2,"nobody"\n'
        )
        signing = ensure_signing_key(home)
        etcd_url = f"http://127.0.0.1:{self._etcd_port}"
        self._etcd_argv = [
            program(ETCD),
            f"--data-dir={home / 'etcd'}",
            "--unsafe-no-fsync",
            f"--listen-client-urls={etcd_url}",
            f"--advertise-client-urls={etcd_url}",
            f"--listen-peer-urls=http://127.0.0.1:{peer}",
        ]
        self._api_argv = [
            program(APISERVER),
            f"--etcd-servers={etcd_url}",
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            "--endpoint-reconciler-type=none",
            f"--secure-port={self.port}",
            f"--cert-dir={home / 'certs'}",
            f"--token-auth-file={home / 'tokens.csv'}",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={signing.cert}",
            f"--service-account-signing-key-file={signing.key}",
            "--service-cluster-ip-range=10.96.0.0/16",
            "--authorization-mode=RBAC",
            "--disable-admission-plugins=ServiceAccount",
        ]
        self._etcd: subprocess.Popen[bytes] | None = None
        self._api: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        if self._etcd is None:
            self._etcd = self._launch("etcd", self._etcd_argv)
        self._api = self._launch("apiserver", self._api_argv)
        self._await_ready()

    def kill(self) -> None:
        """Kill -9 the API server, not its etcd."""
        if self._api is not None:
            self._api.kill()
            self._api.wait()
            self._api = None

    def pause(self) -> None:
        """Stop the process: its connections stay open and say nothing."""
        assert self._api is not None
        self._api.send_signal(signal.SIGSTOP)

    def proceed(self) -> None:
        assert self._api is not None
        self._api.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        self.kill()
        if self._etcd is not None:
            self._etcd.kill()
            self._etcd.wait()
            self._etcd = None

    def kubeconfig(self, path: Path, token: str = ADMIN) -> Path:
        path.write_text(
            f"""
apiVersion: v1
kind: Config
current-context: test
contexts: [{{name: test, context: {{cluster: test, user: test}}}}]
clusters:
- name: test
  cluster: {{server: "{self.url}", certificate-authority: "{self.home}/certs/apiserver.crt"}}
users: [{{name: test, user: {{token: "{token}"}}}}]
"""
        )
        return path

    def http(self) -> httpx2.Client:
        context = ssl.create_default_context(cafile=str(self.home / "certs" / "apiserver.crt"))
        headers = {"authorization": f"Bearer {ADMIN}"}
        return httpx2.Client(
            base_url=self.url, verify=context, headers=headers, trust_env=False, timeout=60
        )

    def metric(self, name: str) -> dict[str, float]:
        """The samples of one family of the server's own metrics, by their label text."""
        with self.http() as http:
            lines = http.get("/metrics").text.splitlines()
        found = [line.rsplit(" ", 1) for line in lines if line.startswith(name + "{")]
        return {labels: float(value) for labels, value in found}

    def _launch(self, name: str, argv: list[str]) -> subprocess.Popen[bytes]:
        with (self.home / f"{name}.log").open("ab") as log:
            return start(*argv, stdout=log, stderr=log, start_new_session=True)

    def _await_ready(self) -> None:
        deadline = time.monotonic() + 150
        while time.monotonic() < deadline:
            try:
                with self.http() as http:
                    ready = http.get("/readyz").text == "ok"
                    if ready and http.get("/api/v1/namespaces/default").status_code == 200:
                        return
            except (httpx2.TransportError, OSError):
                pass
            time.sleep(0.1)
        raise AssertionError((self.home / "apiserver.log").read_text()[-2000:])


def write(http: httpx2.Client, path: str, manifest: dict[str, Any]) -> None:
    """Create, or replace what is there."""
    answer = http.post(path, json=manifest)
    if answer.status_code == 409:
        there = f"{path}/{manifest['metadata']['name']}"
        version = http.get(there).json()["metadata"]["resourceVersion"]
        metadata = {**manifest["metadata"], "resourceVersion": version}
        answer = http.put(there, json={**manifest, "metadata": metadata})
    assert answer.status_code < 300, answer.text
