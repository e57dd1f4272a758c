"""The seeded stack: what a person finds in it."""

import json
import time
import uuid

import httpx2

from backend.stack.seed.workloads import TEAMS
from tests.stackfixtures import RunningStack


def test_every_component_is_ready_and_says_its_version(stack: RunningStack):
    components = {entry.name: entry for entry in stack.status().components}
    servers = [entry for entry in components.values() if entry.kind not in ("seed", "tool")]
    assert len(servers) == 9
    assert all(entry.pid and entry.version and entry.endpoint and entry.log for entry in servers)


def test_kubectl_sees_nodes_of_several_systems(stack: RunningStack):
    nodes = json.loads(stack.kubectl("get", "nodes", "-o", "json"))["items"]
    assert len(nodes) == 12
    assert len({node["status"]["nodeInfo"]["osImage"] for node in nodes}) >= 3
    assert all(node["metadata"]["labels"]["type"] == "kwok" for node in nodes)


def test_pods_are_in_every_state(own_stack):
    """On a stack of its own: others share the common one and move its pods about."""
    stack = own_stack(nodes=12, seed=True)
    stack.wait_ready()
    wanted = {
        "Running",
        "Completed",
        "Pending",
        "Error",
        "CrashLoopBackOff",
        "ImagePullBackOff",
        "Evicted",
        "Terminating",
        "Init:0/1",
    }
    seen: set[str] = set()

    def all_seen(_: object) -> bool:
        seen.update(_states(stack))  # a crash loop is not in all of its states at once
        return wanted <= seen

    stack.wait(all_seen, 200, f"showing {sorted(wanted)}")


def _states(stack: RunningStack) -> set[str]:
    lines = stack.kubectl("get", "pods", "-A", "--no-headers").splitlines()
    return {line.split()[3] for line in lines}


def test_pods_run_images_of_the_registry_by_digest(stack: RunningStack):
    stack.wait(lambda _: _frontends(stack), what="running the frontend")
    status = _frontends(stack)[0]
    name, _, digest = status["imageID"].partition("@")
    answer = httpx2.get(
        f"{stack.registry_url}/v2/{name.partition('/')[2]}/manifests/{digest}",
        headers={"Accept": "application/vnd.oci.image.index.v1+json"},
        trust_env=False,
        timeout=60,
    )
    kinds = [entry["platform"]["architecture"] for entry in answer.json()["manifests"]]
    assert kinds == ["amd64", "arm64", "unknown", "unknown"]


def _frontends(stack: RunningStack) -> list[dict]:
    pods = json.loads(stack.kubectl("get", "pods", "-n", "shop", "-o", "json"))["items"]
    return [
        container
        for pod in pods
        for container in pod["status"].get("containerStatuses", [])
        if container["name"] == "frontend" and container.get("imageID")
    ]


def test_etcd_has_three_members_and_keys_of_every_kind(stack: RunningStack):
    members = json.loads(stack.etcdctl("member", "list", "-w", "json"))["members"]
    assert len(members) == 3
    keys = set(stack.etcdctl("get", "--prefix", "/", "--keys-only").split())
    assert {"/assets/logo.png", "/config/shop/cart/settings.json"} <= keys
    assert len(stack.etcdctl("lease", "list").splitlines()) >= 2


def test_a_custom_resource_can_be_listed(stack: RunningStack):
    items = json.loads(stack.kubectl("get", "backups", "-A", "-o", "json"))["items"]
    # Other tests of the shared stack make some in namespaces of their own.
    assert len([one for one in items if one["metadata"]["namespace"] in TEAMS]) == 6


def test_roles_of_the_console_have_rights_in_the_cluster(stack: RunningStack):
    """The console acts as its users there: what their groups may do, and what they may not."""

    def may(group: str, verb: str, what: str, *where: str) -> bool:
        subject = ["--as=craton:ada", f"--as-group={group}"]
        try:
            answer = stack.kubectl("auth", "can-i", verb, what, *subject, *where)
        except AssertionError:  # it says "no" by its exit status too
            return False
        return answer.strip() == "yes"

    shop = ("-n", "shop")
    assert may("craton:viewer", "get", "nodes")
    assert may("craton:viewer", "get", "pods", *shop)
    assert may("craton:viewer:shop", "get", "pods", *shop)
    assert may("craton:viewer:shop", "get", "backups.storage.example.org", *shop)
    assert not may("craton:viewer:shop", "get", "pods", "-n", "payments")
    assert not may("craton:viewer:shop", "delete", "pods", *shop)
    assert not may("craton:viewer", "get", "secrets", *shop)
    assert may("craton:operator:shop", "delete", "pods", *shop)
    assert may("craton:owner", "delete", "nodes")
    assert not may("craton:owner:shop", "get", "nodes/proxy")
    assert stack.status().connections.kubernetes[0].rights == "both"
    later = f"later-{uuid.uuid4().hex[:8]}"
    stack.kubectl("create", "namespace", later)
    ends = time.monotonic() + 120
    while not may(f"craton:viewer:{later}", "get", "pods", "-n", later):
        assert time.monotonic() < ends, "the new namespace has no bindings"
        time.sleep(0.2)
    stack.kubectl("delete", "namespace", later, "--wait=false")
