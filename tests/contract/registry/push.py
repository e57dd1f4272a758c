"""The outside hand: pushes images as any client would."""

import hashlib
import json

import httpx2

OCI = "application/vnd.oci.image"
CONFIG_TYPE = f"{OCI}.config.v1+json"


def digest_of(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


class Pusher:
    def __init__(self, url: str, transport=None, auth=None) -> None:
        self.http = httpx2.AsyncClient(
            base_url=url,
            transport=transport,
            headers={"User-Agent": "docker/27"},
            auth=auth,
            timeout=60,
        )

    async def blob(self, repository: str, content: bytes, media_type: str) -> dict:
        started = await self.http.post(f"/v2/{repository}/blobs/uploads/")
        assert started.status_code == 202, started.text
        place = httpx2.URL(started.headers["location"])
        done = await self.http.put(
            place.copy_merge_params({"digest": digest_of(content)}),
            content=content,
            headers={"Content-Type": "application/octet-stream"},
        )
        assert done.status_code == 201, done.text
        return {"mediaType": media_type, "digest": digest_of(content), "size": len(content)}

    async def document(
        self, repository: str, reference: str, document: dict, media_type: str = ""
    ) -> dict:
        """Push a manifest, as `media_type` where it does not say one."""
        body = json.dumps(document).encode()
        media_type = media_type or document["mediaType"]
        answer = await self.http.put(
            f"/v2/{repository}/manifests/{reference or digest_of(body)}",
            content=body,
            headers={"Content-Type": media_type},
        )
        assert answer.status_code == 201, answer.text
        return {
            "mediaType": media_type,
            "digest": digest_of(body),
            "size": len(body),
        }

    async def image(self, repository: str, tag: str = "", arch: str = "amd64", text="hi") -> dict:
        """One manifest with one layer; pushed by digest when `tag` is empty."""
        layer = await self.blob(repository, f"layer {arch} {text}".encode(), f"{OCI}.layer.v1.tar")
        config = {
            "created": "2026-01-02T03:04:05.678901234Z",
            "architecture": arch,
            "os": "linux",
            "config": {"Env": ["PATH=/bin"], "Labels": {"version": text}},
            "rootfs": {"type": "layers", "diff_ids": [layer["digest"]]},
            "history": [
                {"created": "2026-01-02T03:04:05Z", "created_by": "COPY . /"},
                {"created_by": "ENV PATH=/bin", "empty_layer": True},
            ],
        }
        held = await self.blob(repository, json.dumps(config).encode(), CONFIG_TYPE)
        manifest = {
            "schemaVersion": 2,
            "mediaType": f"{OCI}.manifest.v1+json",
            "config": held,
            "layers": [layer],
        }
        return await self.document(repository, tag, manifest)

    async def index(self, repository: str, tag: str, text: str = "hi") -> dict:
        """Two platforms and an attestation, as BuildKit pushes them."""
        manifests = []
        for arch in ("arm64", "amd64"):
            child = await self.image(repository, arch=arch, text=text)
            manifests.append({**child, "platform": {"os": "linux", "architecture": arch}})
        attestation = await self.artifact(repository, "", "application/vnd.in-toto+json")
        manifests.append(
            {
                **attestation,
                "platform": {"os": "unknown", "architecture": "unknown"},
                "annotations": {
                    "vnd.docker.reference.type": "attestation-manifest",
                    "vnd.docker.reference.digest": manifests[1]["digest"],
                },
            }
        )
        index = {"schemaVersion": 2, "mediaType": f"{OCI}.index.v1+json", "manifests": manifests}
        return await self.document(repository, tag, index)

    async def artifact(self, repository: str, tag: str, kind: str, subject=None) -> dict:
        """Something that is not an image: a signature, an SBOM, an attestation."""
        empty = await self.blob(repository, b"{}", "application/vnd.oci.empty.v1+json")
        layer = await self.blob(repository, f"content of {kind}".encode(), kind)
        manifest = {
            "schemaVersion": 2,
            "mediaType": f"{OCI}.manifest.v1+json",
            "artifactType": kind,
            "config": empty,
            "layers": [layer],
        }
        if subject:
            manifest["subject"] = subject
        return await self.document(repository, tag, manifest)

    async def signature(self, repository: str, subject: dict) -> None:
        """A referrer with its fallback tag, as cosign 3 and oras leave it."""
        kind = "application/vnd.dev.sigstore.bundle.v0.3+json"
        signature = await self.artifact(repository, "", kind, subject)
        entry = {**signature, "artifactType": kind}
        index = {"schemaVersion": 2, "mediaType": f"{OCI}.index.v1+json", "manifests": [entry]}
        await self.document(repository, subject["digest"].replace(":", "-"), index)

    async def delete(self, repository: str, digest: str) -> None:
        answer = await self.http.delete(f"/v2/{repository}/manifests/{digest}")
        assert answer.status_code == 202, answer.text

    async def aclose(self) -> None:
        await self.http.aclose()
