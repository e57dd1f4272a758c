"""A real nginx of a test's own before a console; a machine without it fails the test, loudly."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from tests.processes import start

__all__ = ["FORWARDED", "UPGRADE", "find_nginx", "nginx"]

START_SECONDS = 60.0
UPGRADE = """
proxy_http_version 1.1;
proxy_set_header Upgrade $http_upgrade;
proxy_set_header Connection $upgrading;
"""
"""What lets WebSockets through."""
FORWARDED = """
proxy_set_header Host $http_host;
proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
proxy_set_header X-Forwarded-Proto $scheme;
"""
_CONF = """
daemon off;
master_process off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log {folder}/access.log;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  client_max_body_size 64m;
  map $http_upgrade $upgrading {{ default upgrade; '' close; }}
  {maps}
  server {{
    {server}
  }}
}}
"""


def find_nginx() -> str:
    """Debian's nginx."""
    found = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    if found is None:
        pytest.fail("nginx is missing: apt-get install nginx-light")
    return found


@contextmanager
def nginx(
    folder: Path, port: int, server: str, *, scheme: str = "http", maps: str = ""
) -> Iterator[Path]:
    """nginx with this `server` block (and further `maps` of variables), once it answers on `port`;
    its access log."""
    folder.mkdir()
    conf = folder / "nginx.conf"
    conf.write_text(_CONF.format(folder=folder, server=server, maps=maps))
    argv = [find_nginx(), "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(conf)]
    process = start(*argv, stdin=subprocess.DEVNULL)
    try:
        _wait(process, f"{scheme}://127.0.0.1:{port}/nothing", folder / "error.log")
        yield folder / "access.log"
    finally:
        process.terminate()
        process.wait(30)


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    with httpx2.Client(verify=False, timeout=20) as client:
        while time.monotonic() < end and process.poll() is None:
            try:
                client.get(url)
            except httpx2.TransportError:
                time.sleep(0.1)
            else:
                return
    pytest.fail(f"nginx does not answer at {url}: {log.read_text() if log.exists() else ''}")
