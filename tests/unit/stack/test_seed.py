"""The first data: believable, repeatable, of the size asked for."""

import json
import re
import uuid

import yaml

from backend.stack.components.stages import stages
from backend.stack.seed import custom, etcd, workloads
from backend.stack.seed.catalogue import REPOSITORIES, attachments, build, tags
from backend.stack.seed.kube_api import collection_path
from backend.stack.seed.load import load_deployments, load_namespaces
from backend.stack.seed.nodes import node, node_name
from backend.stack.seed.oci import INDEX, MANIFEST

REGISTRY = "127.0.0.1:5000"


def test_nodes_are_distinct_at_any_size():
    found = [node(number) for number in range(5000)]
    for pick in (
        lambda entry: entry["metadata"]["name"],
        lambda entry: entry["status"]["addresses"][0]["address"],
        lambda entry: entry["spec"]["podCIDR"],
        lambda entry: entry["status"]["nodeInfo"]["machineID"],
    ):
        assert len({pick(entry) for entry in found}) == 5000
    machine = found[4]["status"]["nodeInfo"]
    assert re.fullmatch("[0-9a-f]{32}", machine["machineID"])
    assert uuid.UUID(machine["systemUUID"]).hex == machine["machineID"]
    assert found[0]["metadata"]["labels"]["type"] == "kwok"
    assert node_name(0) == "fra-1-control-1"


def test_every_object_has_a_place():
    items = [
        *workloads.namespaces(),
        *workloads.foundations(),
        *workloads.workloads(REGISTRY),
        custom.definition(),
        *custom.objects(),
    ]
    names = [f"{collection_path(item)}/{item['metadata']['name']}" for item in items]
    assert len(set(names)) == len(names)
    assert "/api/v1/namespaces/data/pods/old-exporter" in names


def test_running_pods_name_digests_of_the_catalogue():
    frontend = next(
        item
        for item in workloads.workloads(REGISTRY)
        if item["kind"] == "Deployment" and item["metadata"]["name"] == "frontend"
    )
    notes = frontend["spec"]["template"]["metadata"]["annotations"]
    expected = f"{REGISTRY}/shop/frontend@{build('shop/frontend', '2.15.0').digest}"
    assert notes["image-id.simulated.craton/frontend"] == expected


def test_daemons_can_be_kept_to_few_machines():
    few = workloads.workloads(REGISTRY, few_daemons=True)
    selectors = [
        item["spec"]["template"]["spec"].get("nodeSelector")
        for item in few
        if item["kind"] == "DaemonSet"
    ]
    assert selectors == [{"node-role.kubernetes.io/control-plane": ""}] * 2


def test_load_has_the_pods_asked_for():
    for pods in (1, 24, 26, 5000, 49_920):
        found = load_deployments(pods, REGISTRY, 1000)
        assert sum(item["spec"]["replicas"] for item in found) == pods
        used = {item["metadata"]["namespace"] for item in found}
        assert used == {item["metadata"]["name"] for item in load_namespaces(found)}
    assert load_deployments(0, REGISTRY, 12) == []
    assert load_deployments(-4, REGISTRY, 12) == []
    assert load_deployments(9, REGISTRY, 1)[0]["spec"]["template"]["spec"]["nodeName"]


def test_images_are_well_formed():
    for repository in REPOSITORIES:
        for version in repository.versions:
            image = build(repository.name, version)
            present = {blob.digest: blob for blob in (*image.blobs, *image.manifests)}
            wanted = INDEX if len(repository.platforms) > 1 else MANIFEST
            assert image.top.media_type == wanted
            for manifest in (*image.manifests, image.top):
                content = json.loads(manifest.content)
                for entry in (
                    *content.get("manifests", []),
                    *content.get("layers", []),
                    *([content["config"]] if "config" in content else []),
                ):
                    assert len(present[entry["digest"]].content) == entry["size"]


def test_history_and_layers_agree():
    config = next(
        json.loads(blob.content)
        for blob in build("shop/cart", "1.9.0").blobs
        if blob.media_type.endswith("config.v1+json")
    )
    layers = [entry for entry in config["history"] if not entry.get("empty_layer")]
    assert len(layers) == len(config["rootfs"]["diff_ids"])
    assert config["config"]["Labels"]["org.opencontainers.image.vendor"] == "team shop"


def test_latest_is_the_last_stable_version():
    frontend = next(entry for entry in REPOSITORIES if entry.name == "shop/frontend")
    assert tags(frontend)["latest"] == "2.15.0"
    assert [tag[:7] for _, tag, _ in attachments()] == ["sha256-"] * 2


def test_etcd_entries_are_of_every_kind():
    found = etcd.entries()
    assert len(found) > 90
    assert any(isinstance(value, bytes) for value in found.values())
    assert json.loads(found["/features/dark-mode"])["enabled"] is True


def test_stages_are_one_document_each_and_impatient_ones_do_not_wait():
    found = stages()
    names = [stage["metadata"]["name"] for stage in found]
    assert len(set(names)) == len(names)
    assert yaml.safe_load(yaml.safe_dump(found)) == found
    quick = {stage["metadata"]["name"]: stage for stage in stages(patient=False)}
    assert "delay" not in quick["pod-ready"]["spec"]
    assert "delay" in quick["pod-crash"]["spec"]
