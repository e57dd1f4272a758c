"""A real rsyslog of a test's own on loopback: RFC 5424 over TLS, written as it came."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.processes import start

__all__ = ["rsyslogd"]

START_SECONDS = 60.0

_CONF = """
global(workDirectory="{folder}" maxMessageSize="1m" processInternalMessages="on"
  defaultNetstreamDriver="gtls" defaultNetstreamDriverCAFile="{certificate}"
  defaultNetstreamDriverCertFile="{certificate}" defaultNetstreamDriverKeyFile="{key}")
module(load="imtcp" streamDriver.name="gtls" streamDriver.mode="1" streamDriver.authMode="anon")
template(name="told" type="string"
  string="%pri% %timereported:::date-rfc3339% %app-name% %msgid% %structured-data% %msg%\\n")
ruleset(name="kept") {{ action(type="omfile" file="{folder}/told" template="told") }}
input(type="imtcp" port="{port}" address="127.0.0.1" ruleset="kept")
"""


@contextmanager
def rsyslogd(folder: Path, certificate: Path, key: Path, port: int) -> Iterator[Path]:
    """What it was told, line by line, in a file: priority, time, program, kind, data, text. A
    machine without rsyslog fails the test."""
    program = shutil.which("rsyslogd", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        pytest.fail("rsyslog is missing: apt-get install rsyslog rsyslog-gnutls")
    folder.mkdir(exist_ok=True)
    conf = folder / "rsyslog.conf"
    text = _CONF.format(folder=folder, certificate=certificate, key=key, port=port)
    conf.write_text(text)
    with (folder / "log").open("w") as log:
        command = [program, "-n", "-f", conf, "-i", folder / "pid"]
        process = start(*command, stdout=log, stderr=subprocess.STDOUT)
    try:
        _wait(process, port, folder / "log")
        yield folder / "told"
    finally:
        process.terminate()
        process.wait(60)


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"rsyslog does not start: {log.read_text()}")
