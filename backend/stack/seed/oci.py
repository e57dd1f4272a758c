"""OCI images made in memory: layers, configs, manifests, indexes.

The same input always gives the same bytes, so an image that was pushed before
is recognised by its digest.
"""

import gzip
import hashlib
import io
import json
import random
import tarfile
from dataclasses import dataclass, field
from typing import Any

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
EMPTY = "application/vnd.oci.empty.v1+json"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Blob:
    """Some bytes, their media type and digest."""

    media_type: str
    content: bytes

    @property
    def digest(self) -> str:
        """`sha256:` and 64 hex digits."""
        return "sha256:" + hashlib.sha256(self.content).hexdigest()

    def descriptor(self, **more: Any) -> Json:
        """Give the OCI descriptor; `more` are further fields such as platform."""
        size = len(self.content)
        return {"mediaType": self.media_type, "digest": self.digest, "size": size, **more}


@dataclass(slots=True)
class Image:
    """A manifest or index and everything it refers to, dependencies first."""

    top: Blob
    manifests: list[Blob] = field(default_factory=list)
    blobs: list[Blob] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """The digest a tag of this image points to."""
        return self.top.digest


def document(media_type: str, content: Json) -> Blob:
    """Make a JSON document."""
    return Blob(media_type, json.dumps(content, separators=(",", ":")).encode())


def layer(
    name: str, files: dict[str, bytes], links: dict[str, str] | None = None
) -> tuple[Blob, str]:
    """Make a gzipped tar layer; gives it and the digest of the uncompressed tar.

    `links` are symbolic links and what they lead to.
    """
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for path, content in sorted(files.items()):
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(content), 0o755 if path.startswith("bin/") else 0o644
            archive.addfile(entry, io.BytesIO(content))
        for path, target in sorted((links or {}).items()):
            entry = tarfile.TarInfo(path)
            entry.type, entry.linkname, entry.mode = tarfile.SYMTYPE, target, 0o777
            archive.addfile(entry)
    tar = plain.getvalue()
    diff_id = "sha256:" + hashlib.sha256(tar).hexdigest()
    packed = io.BytesIO()
    with gzip.GzipFile(name, "wb", 6, packed, mtime=0) as stream:
        stream.write(tar)
    return Blob(LAYER, packed.getvalue()), diff_id


def filler(seed: str, size: int) -> bytes:
    """Give `size` bytes that do not compress, always the same for a seed."""
    return random.Random(seed).randbytes(size)  # noqa: S311 - content, not a secret


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an image's history; without files it made no layer."""

    created_by: str
    files: dict[str, bytes] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)


def manifest(
    architecture: str, created: str, steps: list[Step], runtime: Json, annotations: Json
) -> Image:
    """Make the image of one platform: layers, config with history, manifest."""
    layers: list[Blob] = []
    diff_ids: list[str] = []
    history: list[Json] = []
    for step in steps:
        entry: Json = {"created": created, "created_by": step.created_by}
        if step.files:
            blob, diff_id = layer("layer.tar", step.files, step.links)
            layers.append(blob)
            diff_ids.append(diff_id)
        else:
            entry["empty_layer"] = True
        history.append(entry)
    config = document(
        CONFIG,
        {
            "created": created,
            "architecture": architecture,
            "os": "linux",
            "config": runtime,
            "rootfs": {"type": "layers", "diff_ids": diff_ids},
            "history": history,
        },
    )
    top = document(
        MANIFEST,
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": config.descriptor(),
            "layers": [blob.descriptor() for blob in layers],
            "annotations": annotations,
        },
    )
    return Image(top, [], [config, *layers])


def attestation(subject: Blob, statement: Json) -> Image:
    """Make what build tools attach to an index: provenance of one of its manifests."""
    config = document(CONFIG, {"architecture": "unknown", "os": "unknown", "rootfs": {}})
    proof = document("application/vnd.in-toto+json", statement)
    kind = {"in-toto.io/predicate-type": "https://slsa.dev/provenance/v1"}
    top = document(
        MANIFEST,
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": config.descriptor(),
            "layers": [proof.descriptor(annotations={**kind, "subject": subject.digest})],
        },
    )
    return Image(top, [], [config, proof])


def artifact(kind: str, content: Blob, subject: Blob, annotations: Json) -> Image:
    """Make an artifact that refers to an image (a signature, a bill of materials)."""
    empty = Blob(EMPTY, b"{}")
    top = document(
        MANIFEST,
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "artifactType": kind,
            "config": empty.descriptor(),
            "layers": [content.descriptor()],
            "subject": subject.descriptor(),
            "annotations": annotations,
        },
    )
    return Image(top, [], [empty, content])


def index(children: list[tuple[Image, Json]], annotations: Json | None = None) -> Image:
    """Put images together; each child comes with its further descriptor fields."""
    content: Json = {
        "schemaVersion": 2,
        "mediaType": INDEX,
        "manifests": [child.top.descriptor(**more) for child, more in children],
    }
    if annotations:
        content["annotations"] = annotations
    manifests = [blob for child, _ in children for blob in (*child.manifests, child.top)]
    blobs = [blob for child, _ in children for blob in child.blobs]
    return Image(document(INDEX, content), manifests, blobs)
