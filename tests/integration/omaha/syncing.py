"""A mirror for tests: reads an answer as Nebraska's syncer does and hosts what it was told.

Source: flatcar/nebraska backend/pkg/syncer/syncer.go: the first code base alone; the target by
`is_target`; each file is fetched under code base and name, checked by SHA-1 and SHA-256, and kept
in one folder as `flatcar-<arch>-<version>.gz` or `extrafile-<arch>-<version>-<name>`.
"""

from __future__ import annotations

import base64
import hashlib
import posixpath
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import httpx2

from tests.omaha_world import OLD, mirror


@dataclass
class Syncer:
    """`floors` and `target` after a sync, with the files of each version in `folder`."""

    server: str
    folder: Path
    release: str = OLD
    floors: list[str] = field(default_factory=list)
    target: str | None = None

    async def sync(self) -> None:
        async with httpx2.AsyncClient(timeout=60, follow_redirects=True) as http:
            answer = await http.post(f"{self.server}/v1/update", content=mirror(self.release))
            check = ET.fromstring(answer.content).find("app/updatecheck")
            assert check is not None
            assert check.attrib["status"] == "ok", answer.text
            base = check.find("urls/url").attrib["codebase"]
            for manifest in check.findall("manifest"):
                await self._take(http, base, manifest)
                if manifest.get("is_floor") == "true":
                    self.floors.append(manifest.attrib["version"])
                if manifest.get("is_target") == "true":
                    self.target = manifest.attrib["version"]

    async def _take(self, http: httpx2.AsyncClient, base: str, manifest: ET.Element) -> None:
        version = manifest.attrib["version"]
        sha256 = base64.b64decode(manifest.find("actions/action").attrib["sha256"]).hex()
        for number, package in enumerate(manifest.findall("packages/package")):
            name = package.attrib["name"]
            kept = f"extrafile-amd64-{version}-{name}" if number else f"flatcar-amd64-{version}.gz"
            content = await _fetch(http, base, name)
            assert len(content) == int(package.attrib["size"])
            if sha1 := package.get("hash"):
                assert base64.b64encode(hashlib.sha1(content).digest()).decode() == sha1
            if wanted := package.get("hash_sha256", "") if number else sha256:
                assert hashlib.sha256(content).hexdigest() == wanted
            (self.folder / kept).write_bytes(content)


async def _fetch(http: httpx2.AsyncClient, base: str, name: str) -> bytes:
    parts = urlsplit(base)
    answer = await http.get(urlunsplit(parts._replace(path=posixpath.join(parts.path, name))))
    assert answer.status_code == 200, (name, answer.status_code)
    return answer.content
