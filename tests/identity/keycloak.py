"""A real Keycloak for one test run: the release's zip, started on loopback with a realm of ours.

Its zip comes from Maven's ordinary client and is kept beside the other programs' cache
(`craton stack build` keeps those); the JDK is the machine's.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import httpx2
import platformdirs

from tests.ports import free_ports
from tests.processes import start

__all__ = ["Keycloak", "running_keycloak"]

VERSION = "26.3.0"
ARTIFACT = f"org.keycloak:keycloak-quarkus-dist:{VERSION}:zip"
REALM = "main"
ADMIN = "admin"
PASSWORD = "keycloak-password"
_STARTED = 420.0


@dataclass
class Keycloak:
    """A running server. `console` is where its client may send people back to."""

    url: str

    @property
    def issuer(self) -> str:
        """The realm's."""
        return f"{self.url}/realms/{REALM}"

    def admin(self) -> httpx2.Client:
        """The administration API, signed in."""
        form = {
            "grant_type": "password",
            "client_id": "admin-cli",
            "username": ADMIN,
            "password": PASSWORD,
        }
        token = httpx2.post(f"{self.url}/realms/master/protocol/openid-connect/token", data=form)
        token.raise_for_status()
        bearer = {"Authorization": f"Bearer {token.json()['access_token']}"}
        return httpx2.Client(
            base_url=f"{self.url}/admin/realms/{REALM}", headers=bearer, timeout=60
        )

    async def sign_in(self, url: str, login: str) -> str:
        """What a person does there: the form is filled in and posted. Answers with the address
        the browser is sent back to."""
        answer = await self._given(url, login)
        told = re.sub(r"<[^>]*>|\s+", " ", answer.text)[-1500:]
        assert answer.status_code == 302, f"{answer.status_code} {told}"
        return str(answer.headers["location"])

    async def sign_in_by_saml(self, url: str, login: str) -> tuple[str, dict[str, str]]:
        """The same by SAML: where its page has the browser post to, and which fields."""
        answer = await self._given(url, login)
        assert answer.status_code == 200, answer.text[-1500:]
        action = re.search(r'<form[^>]* action="([^"]+)"', answer.text, re.IGNORECASE)
        assert action, answer.text[-3000:]
        fields = {}
        for tag in re.findall(r"<input[^>]*>", answer.text, re.IGNORECASE):
            held = dict(re.findall(r'(name|value)="([^"]*)"', tag, re.IGNORECASE))
            if "name" in held:
                fields[held["name"]] = unescape(held.get("value", ""))
        return unescape(action[1]), fields

    async def _given(self, url: str, login: str) -> httpx2.Response:
        """The answer to the form of user name and password."""
        async with httpx2.AsyncClient(follow_redirects=False, timeout=60) as browser:
            page = await browser.get(url)
            tags = re.findall(r"<form[^>]*>", page.text)
            (form,) = [tag for tag in tags if 'id="kc-form-login"' in tag] or [""]
            action = re.search(r'action="([^"]+)"', form)
            assert action, f"{page.status_code} {tags} {page.text[-3000:]}"
            # Its cookies are Secure, which browsers send to loopback without TLS, and httpx2 not.
            crumbs = [line.partition(";")[0] for line in page.headers.get_list("set-cookie")]
            return await browser.post(
                unescape(action[1]),
                data={"username": login, "password": PASSWORD},
                headers={"Cookie": "; ".join(crumbs)},
            )

    def leave_group(self, login: str, group: str) -> None:
        """Take somebody out of a group."""
        with self.admin() as admin:
            (user,) = admin.get("/users", params={"username": login, "exact": True}).json()
            (found,) = [one for one in admin.get("/groups").json() if one["name"] == group]
            admin.delete(f"/users/{user['id']}/groups/{found['id']}").raise_for_status()

    def sign_out(self, login: str) -> None:
        """End somebody's sessions there, which tells every client."""
        with self.admin() as admin:
            (user,) = admin.get("/users", params={"username": login, "exact": True}).json()
            admin.post(f"/users/{user['id']}/logout").raise_for_status()


@contextmanager
def running_keycloak(folder: Path, client: dict[str, Any]) -> Iterator[Keycloak]:
    """Started with a realm that has `client`, two groups and the people ada and bob."""
    port, management = free_ports(2)
    home = folder / "keycloak"
    shutil.copytree(_unpacked(), home, symlinks=True)
    realm = home / "data" / "import" / "realm.json"
    realm.parent.mkdir(parents=True, exist_ok=True)
    realm.write_text(json.dumps(_realm(client)))
    log = folder / "keycloak.log"
    environment = os.environ | {
        "KC_BOOTSTRAP_ADMIN_USERNAME": ADMIN,
        "KC_BOOTSTRAP_ADMIN_PASSWORD": PASSWORD,
        "JAVA_OPTS_APPEND": "-Xmx512m",
    }
    with log.open("wb") as out:
        process = start(
            home / "bin" / "kc.sh", "start-dev", "--http-host=127.0.0.1", f"--http-port={port}",
            f"--http-management-port={management}", "--import-realm",
            env=environment, stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip
    server = Keycloak(f"http://127.0.0.1:{port}")
    try:
        _wait(server, process, log)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(30)


def _wait(server: Keycloak, process: subprocess.Popen[bytes], log: Path) -> None:
    ends = time.monotonic() + _STARTED
    while time.monotonic() < ends:
        assert process.poll() is None, log.read_text()[-4000:]
        try:
            if httpx2.get(f"{server.issuer}/.well-known/openid-configuration").is_success:
                return
        except httpx2.HTTPError:
            pass
        time.sleep(0.5)
    raise AssertionError(log.read_text()[-4000:])


def _unpacked() -> Path:
    """The release, unpacked once for this machine."""
    cache = Path(os.environ.get("CRATON_CACHE") or platformdirs.user_cache_dir("craton"))
    folder = cache / f"keycloak-{VERSION}"
    if folder.is_dir():
        return folder
    made = cache / f".keycloak-{os.getpid()}"
    made.mkdir(parents=True)
    fetch = ["mvn", "-q", "-B", "dependency:copy", f"-Dartifact={ARTIFACT}"]
    subprocess.run([*fetch, f"-DoutputDirectory={made}"], check=True, timeout=600)
    (packed,) = made.glob("*.zip")
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(made / "out")
    (unpacked,) = (made / "out").iterdir()
    (unpacked / "bin" / "kc.sh").chmod(0o755)
    unpacked.rename(folder)
    shutil.rmtree(made)
    return folder


def _realm(client: dict[str, Any]) -> dict[str, Any]:
    mapper = {
        "name": "groups",
        "protocol": "openid-connect",
        "protocolMapper": "oidc-group-membership-mapper",
        "config": {
            "claim.name": "groups",
            "full.path": "false",
            "id.token.claim": "true",
            "userinfo.token.claim": "true",
        },
    }
    return {
        "realm": REALM,
        "enabled": True,
        "sslRequired": "none",
        "groups": [{"name": "engineers"}, {"name": "sales"}],
        "users": [_person("ada", ["engineers"]), _person("bob", ["sales"])],
        "clients": [
            {
                "protocol": "openid-connect",
                "standardFlowEnabled": True,
                "protocolMappers": [mapper],
                **client,
            }
        ],
    }


def _person(login: str, groups: list[str]) -> dict[str, Any]:
    return {
        "username": login,
        "enabled": True,
        "email": f"{login}@example.test",
        "emailVerified": True,
        "firstName": login.title(),
        "lastName": "Tester",
        "groups": groups,
        "credentials": [{"type": "password", "value": PASSWORD, "temporary": False}],
    }
