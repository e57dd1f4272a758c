"""The images of the local registry: which repositories and tags there are."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from backend.stack.seed.oci import (
    Image,
    Json,
    Step,
    artifact,
    attestation,
    document,
    filler,
    manifest,
)
from backend.stack.seed.oci import index as image_index

FIRST_BUILD = datetime(2026, 6, 1, 8, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Repository:
    """One repository; the last version also gets the tag `latest` when `latest` is set."""

    name: str
    versions: tuple[str, ...]
    team: str
    purpose: str
    platforms: tuple[str, ...] = ("amd64", "arm64")
    size: int = 60_000
    latest: bool = False
    attested: bool = False


REPOSITORIES = (
    Repository(
        "shop/frontend",
        ("2.14.0", "2.14.1", "2.15.0", "2.16.0-rc.1"),
        "shop",
        "The shop's web pages",
        size=180_000,
        latest=True,
        attested=True,
    ),
    Repository("shop/cart", ("1.8.2", "1.8.3", "1.9.0"), "shop", "Shopping carts"),
    Repository("shop/search", ("0.31.0", "0.32.1"), "shop", "Product search", size=240_000),
    Repository("payments/api", ("4.2.0", "4.2.1", "4.3.0"), "payments", "Takes payments"),
    Repository("payments/ledger", ("4.2.0", "4.3.0"), "payments", "Books every transfer"),
    Repository("payments/reconciler", ("1.1.4",), "payments", "Nightly reconciliation"),
    Repository("data/database", ("16.4", "17.2"), "data", "Relational database", size=300_000),
    Repository("data/cache", ("7.4.1",), "data", "In-memory cache"),
    Repository("data/backup", ("1.0.9", "1.1.0"), "data", "Backs volumes up", platforms=("amd64",)),
    Repository("data/importer", ("0.9.0", "0.9.1"), "data", "Imports partner feeds"),
    Repository("platform/gateway", ("1.9.1", "1.10.0"), "platform", "Ingress", latest=True),
    Repository("platform/log-agent", ("3.2.0", "3.2.2"), "platform", "Ships logs"),
    Repository("platform/node-agent", ("1.14.0",), "platform", "Watches machines"),
    Repository("platform/dns", ("1.15.0",), "platform", "Cluster DNS"),
    Repository("ml/trainer", ("0.4.0", "0.5.0-beta.2"), "ml", "Trains models", size=420_000),
    Repository("ml/inference", ("0.5.0",), "ml", "Answers predictions", size=260_000),
)


def _created(repository: Repository, version: str) -> str:
    spread = int.from_bytes(hashlib.sha256(repository.name.encode()).digest()[:2], "big") % 40
    age = timedelta(days=spread + 21 * repository.versions.index(version), minutes=spread * 7)
    return (FIRST_BUILD + age).isoformat().replace("+00:00", "Z")


def _labels(repository: Repository, version: str) -> Json:
    commit = hashlib.sha256(f"{repository.name}:{version}".encode()).hexdigest()[:40]
    prefix = "org.opencontainers.image"
    return {
        f"{prefix}.title": repository.name.rpartition("/")[2],
        f"{prefix}.description": repository.purpose,
        f"{prefix}.version": version,
        f"{prefix}.revision": commit,
        f"{prefix}.vendor": f"team {repository.team}",
        f"{prefix}.created": _created(repository, version),
        f"{prefix}.licenses": "Apache-2.0",
    }


def _steps(repository: Repository, version: str, architecture: str) -> list[Step]:
    name = repository.name.rpartition("/")[2]
    base = {
        "etc/os-release": b'NAME="Craton base"\nVERSION_ID="2026.2"\n',
        "bin/busybox": filler(f"busybox-{architecture}", 120_000),
    }
    program = {f"bin/{name}": filler(f"{name}-{version}-{architecture}", repository.size)}
    settings = {f"etc/{name}/settings.json": f'{{"version":"{version}"}}\n'.encode()}
    return [
        Step("ADD base-2026.2.tar / # the base system", base),
        Step("RUN adduser -D -u 10001 app", {"etc/passwd": b"app:x:10001:10001::/:/bin/sh\n"}),
        Step(f"COPY build/{name} /bin/{name}", program),
        Step(f"COPY settings.json /etc/{name}/settings.json", settings),
        Step("USER 10001"),
        Step(f'ENTRYPOINT ["/bin/{name}"]'),
    ]


def _platform_image(repository: Repository, version: str, architecture: str) -> Image:
    name, labels = repository.name.rpartition("/")[2], _labels(repository, version)
    runtime: Json = {
        "User": "10001",
        "Env": ["PATH=/bin", f"APP_VERSION={version}"],
        "Entrypoint": [f"/bin/{name}"],
        "ExposedPorts": {"8080/tcp": {}},
        "Labels": labels,
    }
    steps = _steps(repository, version, architecture)
    return manifest(architecture, _created(repository, version), steps, runtime, labels)


def _platform(architecture: str) -> Json:
    more = {"variant": "v8"} if architecture == "arm64" else {}
    return {"platform": {"architecture": architecture, "os": "linux", **more}}


def _proof(repository: Repository, version: str, image: Image) -> tuple[Image, Json]:
    statement: Json = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [
            {"name": repository.name, "digest": {"sha256": image.digest.removeprefix("sha256:")}}
        ],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {"buildDefinition": {"externalParameters": {"version": version}}},
    }
    more: Json = {
        "platform": {"architecture": "unknown", "os": "unknown"},
        "annotations": {
            "vnd.docker.reference.type": "attestation-manifest",
            "vnd.docker.reference.digest": image.digest,
        },
    }
    return attestation(image.top, statement), more


@cache
def build(name: str, version: str) -> Image:
    """Make one version of a repository: an index, or a manifest for a single platform."""
    repository = next(entry for entry in REPOSITORIES if entry.name == name)
    children = [
        (_platform_image(repository, version, architecture), _platform(architecture))
        for architecture in repository.platforms
    ]
    if len(children) == 1:
        return children[0][0]
    if repository.attested:
        children += [_proof(repository, version, image) for image, _ in list(children)]
    return image_index(children, _labels(repository, version))


def tags(repository: Repository) -> dict[str, str]:
    """Give tag → version."""
    found = {version: version for version in repository.versions}
    stable = [version for version in repository.versions if "-" not in version]
    if repository.latest and stable:
        found["latest"] = stable[-1]
    return found


def attachments() -> list[tuple[str, str, Image]]:
    """Give what hangs on images: (repository, tag, artifact or index of referrers).

    A bill of materials by the referrers tag scheme, a signature by the old one.
    """
    api = build("payments/api", "4.3.0")
    bill = document(
        "application/spdx+json", {"spdxVersion": "SPDX-2.3", "name": "payments/api", "packages": []}
    )
    notes = {"org.opencontainers.image.created": "2026-07-20T09:00:00Z"}
    sbom = artifact("application/spdx+json", bill, api.top, notes)
    fields: Json = {"artifactType": "application/spdx+json", "annotations": notes}
    referrers = image_index([(sbom, fields)])
    cart = build("shop/cart", "1.9.0")
    payload = document(
        "application/vnd.dev.cosign.simplesigning.v1+json",
        {"critical": {"image": {"docker-manifest-digest": cart.digest}}},
    )
    signature = artifact("application/vnd.dev.cosign.artifact.sig.v1+json", payload, cart.top, {})
    return [
        ("payments/api", api.digest.replace(":", "-"), referrers),
        ("shop/cart", cart.digest.replace(":", "-") + ".sig", signature),
    ]
