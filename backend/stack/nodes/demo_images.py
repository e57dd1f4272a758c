"""Images of the real nodes: Debian's static busybox and scripts of ours, built here.

They have one platform, this machine's, because that is what its busybox runs on.
"""

import platform
from dataclasses import dataclass, field
from pathlib import Path

from backend.stack.nodes.allowed import tool
from backend.stack.seed.oci import Image, Step, manifest

CREATED = "2026-11-01T08:00:00Z"
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
PAUSE = "demo/pause:1.0.0"
NOBODY = 65534

# What the shell waits for in the background, it can be asked to end by SIGTERM: process 1 of a
# container ignores what it does not handle.
_WAITING = """\
#!/bin/sh
trap 'exit 0' TERM INT
while :; do sleep 3600 & wait $!; done
"""
_SERVING = """\
#!/bin/sh
trap 'echo "asked to stop"; kill "$server"; exit 0' TERM INT
echo "version $(cat /www/version) listens on port 8080"
httpd -f -vv -p 8080 -h /www &
server=$!
wait "$server"
"""
_TALKING = """\
#!/bin/sh
# Two lines in three are JSON. PAUSE seconds are between lines; 0 is as fast as it can.
trap 'echo "asked to stop after $number lines"; exit 0' TERM INT
number=0
while :; do
  number=$((number + 1))
  now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
  case $((number % 9)) in
    0) level=error message="could not reach the warehouse" ;;
    4) level=warn message="stock is low" ;;
    *) level=info message="order taken" ;;
  esac
  if [ $((number % 3)) -eq 2 ]; then
    echo "$now plain line $number: $message"
  else
    printf '{"time":"%s","level":"%s","message":"%s","order":%d,"milliseconds":%d}\\n' \\
      "$now" "$level" "$message" "$number" $((number * 37 % 900 + 12))
  fi
  [ "${PAUSE:-1}" = 0 ] || { sleep "${PAUSE:-1}" & wait $!; }
done
"""
_CRASHING = """\
#!/bin/sh
trap 'exit 0' TERM INT
echo "reading the configuration"
sleep "${SECONDS_TO_LIVE:-5}" & wait $!
echo "no configuration at /etc/demo/settings.json" >&2
exit 3
"""
_WORKING = """\
#!/bin/sh
trap 'exit 143' TERM INT
for part in 1 2 3 4 5 6; do
  echo "part $part of 6 is done"
  sleep 1 & wait $!
done
"""
_PAGE = "<!doctype html><title>Demo</title><h1>Served by a real pod, version {version}</h1>\n"
_NAMES = """
sh ls cat ps top sleep httpd wget ping date env id vi grep head tail wc yes dd hostname ip netstat
nslookup printf seq stty tar test touch tty uname which kill echo mkdir rm
"""
LINKS = {f"bin/{name}": "busybox" for name in _NAMES.split()}
"""The names busybox goes by in our images."""
_ACCOUNTS = b"root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n"


@dataclass(frozen=True, slots=True)
class DemoImage:
    """One image: what it runs, and the files it has besides busybox."""

    repository: str
    tag: str
    script: str
    files: dict[str, bytes] = field(default_factory=dict)

    @property
    def reference(self) -> str:
        """Repository and tag."""
        return f"{self.repository}:{self.tag}"


def _web(version: str) -> DemoImage:
    page = _PAGE.format(version=version).encode()
    files = {"www/index.html": page, "www/version": version.encode(), "www/ready": b"yes\n"}
    return DemoImage("demo/web", version, _SERVING, files)


IMAGES = (
    DemoImage("demo/pause", "1.0.0", _WAITING),
    _web("1.0.0"),
    _web("1.1.0"),
    DemoImage("demo/logger", "1.0.0", _TALKING),
    DemoImage("demo/crasher", "1.0.0", _CRASHING),
    DemoImage("demo/worker", "1.0.0", _WORKING),
)


def build(image: DemoImage) -> Image:
    """Build an image: one layer with busybox under its names, the script and the files."""
    busybox = Path(tool("busybox") or "").read_bytes()
    base = {"bin/busybox": busybox, "etc/passwd": _ACCOUNTS, "bin/run": image.script.encode()}
    step = Step("busybox-static of Debian and a script", {**base, **image.files}, LINKS)
    runtime = {
        "User": str(NOBODY),
        "Env": ["PATH=/bin"],
        "Entrypoint": ["/bin/run"],
        "WorkingDir": "/",
    }
    notes = {
        "org.opencontainers.image.version": image.tag,
        "org.opencontainers.image.title": image.repository,
        "org.opencontainers.image.created": CREATED,
    }
    return manifest(ARCHITECTURES[platform.machine()], CREATED, [step], runtime, notes)
