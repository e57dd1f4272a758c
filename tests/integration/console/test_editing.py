"""Objects changed and created as text, on a real cluster."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest
import yaml

from integrations.kubernetes.yamlread import documents
from tests.integration.console.bench import CLUSTER, IMAGE, Bench, workload

pytestmark = pytest.mark.timeout(300)

WEB = ("deployments", "web")


def document(bench: Bench, kind: str, name: str) -> dict[str, Any]:
    answer = bench.http.get(f"{bench.at(kind, name)}/document")
    assert answer.status_code == 200, answer.text
    return answer.json()


def save(
    bench: Bench, kind: str, name: str, read: dict[str, Any], text: str, **query: Any
) -> httpx2.Response:
    body = {"base": read["yaml"], "yaml": text}
    return bench.ask(kind, name, "edit", body, version=read["version"], **query)


def create(bench: Bench, text: str, *, dry_run: bool = False, **more: Any) -> httpx2.Response:
    body = {"yaml": text, "namespace": bench.namespace, **more}
    path = f"/clusters/{CLUSTER}/objects"
    return bench.http.post(path, json=body, params={"dry_run": dry_run})


def outcomes(answer: httpx2.Response) -> list[tuple[str, str]]:
    assert answer.status_code == 200, answer.text
    return [(one["name"], one["outcome"]) for one in answer.json()["objects"]]


def test_an_object_is_changed_by_its_text_tried_first_and_taken_back(bench: Bench) -> None:
    bench.apply(workload("Deployment", "web", replicas=1))
    read = document(bench, *WEB)
    for untold in ("managedFields", "resourceVersion", "uid:", "status:", "last-applied"):
        assert untold not in read["yaml"]
    assert read["owners"]["spec.replicas"] == ["kubectl-client-side-apply"]
    text = read["yaml"].replace(f"{IMAGE}:1", f"{IMAGE}:2")
    tried = save(bench, *WEB, read, text, dry_run=True)
    assert tried.status_code == 200, tried.text
    (change,) = tried.json()["changes"]
    assert change == {
        "path": "spec.template.spec.containers[name=main].image",
        "before": f"{IMAGE}:1",
        "after": f"{IMAGE}:2",
        "managers": ["kubectl-client-side-apply"],
    }
    assert bench.read(*WEB)["spec"]["template"]["spec"]["containers"][0]["image"] == f"{IMAGE}:1"
    done = save(bench, *WEB, read, text)
    assert done.status_code == 200, done.text
    found = bench.read(*WEB)
    assert found["spec"]["template"]["spec"]["containers"][0]["image"] == f"{IMAGE}:2"
    assert "kubectl.kubernetes.io/last-applied-configuration" in found["metadata"]["annotations"]
    back = done.json()["undo"]
    bench.act(*WEB, back["action"], back["body"], version=done.json()["version"])
    assert bench.read(*WEB)["spec"]["template"]["spec"]["containers"][0]["image"] == f"{IMAGE}:1"
    told = [one["action"] for one in bench.entries("web")]
    assert told == ["workload:edit"] * 4


def test_what_others_changed_elsewhere_stays_and_a_clash_is_shown(bench: Bench) -> None:
    bench.apply(workload("Deployment", "web", replicas=1))
    read = document(bench, *WEB)
    # A label of somebody else is no conflict, and is not taken away again.
    bench.stack.kubectl("label", "deployment", "web", "tier=front", "-n", bench.namespace)
    text = read["yaml"].replace("replicas: 1", "replicas: 2")
    done = save(bench, *WEB, read, text)
    assert done.status_code == 200, done.text
    assert bench.read(*WEB)["metadata"]["labels"]["tier"] == "front"
    # The same field, and another one: both sides are shown, and what there is to choose.
    read = document(bench, *WEB)
    text = read["yaml"].replace("replicas: 2", "replicas: 3")
    text = text.replace(f"{IMAGE}:1", f"{IMAGE}:2")
    bench.stack.kubectl("scale", "deployment", "web", "--replicas=5", "-n", bench.namespace)
    bench.stack.kubectl(
        "label", "deployment", "web", "tier=back", "--overwrite", "-n", bench.namespace
    )
    stale = save(bench, *WEB, read, text)
    assert stale.status_code == 412, stale.text
    path = f"{bench.at(*WEB)}/merge"
    body = {"base": read["yaml"], "yaml": text}
    merged = bench.http.post(path, json=body).json()
    (clash,) = merged["clashes"]
    assert clash == {"path": "spec.replicas", "base": "2", "theirs": "5", "mine": "3"}
    assert {one["path"] for one in merged["theirs"]} == {"metadata.labels.tier", "spec.replicas"}
    assert len(merged["mine"]) == 2
    assert merged["changed_by"], "who did it is told"
    assert "replicas: 3" in merged["yaml"]
    theirs = bench.http.post(path, json={**body, "theirs": ["spec.replicas"]}).json()
    value = yaml.safe_load(theirs["yaml"])
    assert value["spec"]["replicas"] == 5
    assert value["metadata"]["labels"]["tier"] == "back"
    assert value["spec"]["template"]["spec"]["containers"][0]["image"] == f"{IMAGE}:2"
    go_on = {"version": theirs["version"], "yaml": theirs["base"]}
    done = save(bench, *WEB, go_on, theirs["yaml"])
    assert done.status_code == 200, done.text
    found = bench.read(*WEB)
    assert (found["spec"]["replicas"], found["metadata"]["labels"]["tier"]) == (5, "back")


def test_what_the_cluster_added_is_taken_back_with_what_was_added(bench: Bench) -> None:
    bench.apply(workload("Deployment", "web", replicas=1))
    read = document(bench, *WEB)
    value = yaml.safe_load(read["yaml"])
    pod = value["spec"]["template"]["spec"]
    pod["containers"].append(
        {"name": "beside", "image": f"{IMAGE}:1", "ports": [{"containerPort": 1}]}
    )
    done = save(bench, *WEB, read, yaml.safe_dump(value))
    assert done.status_code == 200, done.text
    assert "imagePullPolicy" in json.dumps(done.json()["changes"])
    back = done.json()["undo"]
    bench.act(*WEB, back["action"], back["body"], version=done.json()["version"])
    names = [one["name"] for one in bench.read(*WEB)["spec"]["template"]["spec"]["containers"]]
    assert names == ["main"]


def test_what_is_wrong_with_the_text_was_never_sent_and_no_value_is_recorded(bench: Bench) -> None:
    bench.apply(workload("Deployment", "web", replicas=1))
    read = document(bench, *WEB)
    broken = ["{", "a: b", read["yaml"].replace("kind: Deployment", "kind: [a]")]
    for text in broken:
        assert save(bench, *WEB, read, text).status_code == 422, text
    assert bench.entries("web") == []
    invalid = read["yaml"].replace("replicas: 1", "replicas: -47114711")
    refused = save(bench, *WEB, read, invalid)
    assert refused.status_code == 422
    assert "-47114711" in refused.text
    told = json.dumps(bench.entries("web"))
    assert "spec.replicas" in told
    assert "47114711" not in told


@pytest.mark.parametrize(
    ("change", "line", "words"),
    [
        (("replicas: 1", "replica: 1"), "replica: 1", "spec.replica"),
        (("replicas: 1", "replicas: many"), "replicas: many", None),
        (("replicas: 1", "replicas: -1"), "replicas: -1", "spec.replicas"),
        (("name: web\n", "name: other\n"), "name: other", "cannot be changed"),
        (("replicas: 1", "replicas: 1\n  replicas: 2"), "replicas: 2", "twice"),
        (("replicas: 1", "replicas: [1"), None, None),
    ],
)
def test_what_is_wrong_is_told_with_its_line(
    bench: Bench, change: tuple[str, str], line: str | None, words: str | None
) -> None:
    bench.apply(workload("Deployment", "web", replicas=1))
    read = document(bench, *WEB)
    text = read["yaml"].replace(*change, 1)
    assert text != read["yaml"]
    answer = save(bench, *WEB, read, text, dry_run=True)
    assert answer.status_code == 422, answer.text
    (error, *_) = answer.json()["errors"]
    assert error["line"] > 1
    if line is not None:
        assert text.splitlines()[error["line"] - 1].strip() == line, error
    if words is not None:
        assert words in answer.text


def test_a_config_map_is_edited_with_its_values_by_who_may_change_it(
    bench: Bench, member: Any
) -> None:
    data = {"greeting": "hello", "long": "x" * 5000, "number": "1e3"}
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "site"}, "data": data}
    bench.apply(config)
    read = document(bench, "configmaps", "site")
    assert yaml.safe_load(read["yaml"])["data"] == data
    text = read["yaml"].replace("hello", "good day")
    done = save(bench, "configmaps", "site", read, text)
    assert done.status_code == 200, done.text
    assert done.json()["changes"][0]["path"] == "data.greeting"
    assert bench.read("configmaps", "site")["data"] == {**data, "greeting": "good day"}
    assert "good day" not in json.dumps(bench.entries("site"))
    viewer = member(("viewer", f"org/main/cluster/{CLUSTER}"))
    seen = viewer.http.get(f"{bench.at('configmaps', 'site')}/document")
    assert seen.status_code == 403, seen.text
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "keys"}}
    bench.apply({**secret, "stringData": {"word": "CANARY-of-a-secret"}})
    hidden = bench.http.get(f"{bench.at('secrets', 'keys')}/document")
    assert hidden.status_code == 404, hidden.text
    assert "CANARY" not in hidden.text


def test_a_namespaces_labels_are_not_changed_by_its_text_either(bench: Bench, member: Any) -> None:
    scope = f"org/main/cluster/{CLUSTER}/ns/{bench.namespace}"
    inside = member(("operator", scope))
    path = bench.at("namespaces", bench.namespace)
    read = inside.http.get(f"{path}/document").json()
    text = read["yaml"].replace("labels:", "labels:\n    team: mine")
    body = {"base": read["yaml"], "yaml": text}
    headers = {"If-Match": f'"{read["version"]}"'}
    refused = inside.http.post(f"{path}/edit", json=body, headers=headers)
    assert refused.status_code == 403, refused.text
    assert "team" not in bench.read("namespaces", bench.namespace)["metadata"]["labels"]


def test_several_objects_are_created_tried_first_each_with_its_result(bench: Bench) -> None:
    text = f"""
apiVersion: v1
kind: Namespace
metadata: {{name: {bench.namespace}-new}}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: inside, namespace: {bench.namespace}-new}}
data: {{a: b}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web}}
spec:
  replica: 2
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec: {{containers: [{{name: main, image: {IMAGE}}}]}}
---
apiVersion: v1
kind: Sprocket
metadata: {{name: none}}
---
{{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {{"generateName": "made-"}}}}
"""
    tried = create(bench, text, dry_run=True)
    assert outcomes(tried) == [
        (f"{bench.namespace}-new", "valid"),
        ("inside", "later"),
        ("web", "refused"),
        ("none", "refused"),
        ("made-", "valid"),
    ]
    (wrong,) = tried.json()["objects"][2]["errors"]
    assert text.splitlines()[wrong["line"] - 1].strip() == "replica: 2"
    assert "no kind Sprocket" in tried.json()["objects"][3]["message"]
    assert bench.stack.kubectl("get", "cm", "-n", bench.namespace, "-o", "name").count("made") == 0
    done = create(bench, text)
    assert [one for _, one in outcomes(done)] == [
        "created", "created", "refused", "refused", "created",
    ]  # fmt: skip
    made = done.json()["objects"]
    assert made[4]["name"].startswith("made-")
    assert len(made[4]["name"]) > len("made-")
    assert made[1]["href"].endswith(f"/configmaps/{bench.namespace}-new/inside")
    assert bench.http.get(f"/clusters/{CLUSTER}{made[1]['href'].removeprefix('/clusters/local')}")
    # The failed alone, mended; what exists is left as it is.
    mended = text.replace("replica: 2", "replicas: 2")
    again = create(bench, mended, only=[0, 2])
    assert outcomes(again) == [(f"{bench.namespace}-new", "exists"), ("web", "created")]
    assert bench.read(*WEB)["spec"]["replicas"] == 2
    told = [(one["action"], one["outcome"]) for one in bench.entries("web")]
    assert sorted(told) == [
        ("workload:create", "begun"), ("workload:create", "begun"),
        ("workload:create", "failed"), ("workload:create", "success"),
    ]  # fmt: skip
    bench.stack.kubectl("delete", "namespace", f"{bench.namespace}-new", "--wait=false")


def test_nothing_is_sent_while_a_right_is_missing(bench: Bench, member: Any) -> None:
    scope = f"org/main/cluster/{CLUSTER}/ns/{bench.namespace}"
    inside = member(("operator", scope))
    text = f"""
apiVersion: v1
kind: ConfigMap
metadata: {{name: mine}}
---
apiVersion: v1
kind: Namespace
metadata: {{name: {bench.namespace}-other}}
"""
    body = {"yaml": text, "namespace": bench.namespace}
    path = f"/clusters/{CLUSTER}/objects"
    tried = inside.http.post(path, json=body, params={"dry_run": True})
    assert outcomes(tried) == [("mine", "valid"), (f"{bench.namespace}-other", "refused")]
    refused = inside.http.post(path, json=body)
    assert refused.status_code == 403, refused.text
    assert refused.json()["needs"] == {"kind": "namespace", "verb": "create"}
    assert "mine" not in bench.stack.kubectl("get", "cm", "-n", bench.namespace, "-o", "name")
    stranger = member(("operator", "org/main/etcd/local"))
    assert stranger.http.post(path, json=body).status_code == 404


def test_what_is_too_large_is_told_and_nothing_is_lost(bench: Bench) -> None:
    text = f"""
apiVersion: v1
kind: ConfigMap
metadata: {{name: large}}
data: {{a: {"x" * 2_000_000}}}
"""
    (made,) = create(bench, text).json()["objects"]
    assert made["outcome"] == "refused", made["message"]
    assert len(made["message"]) < 2000
    assert "large" not in bench.stack.kubectl("get", "cm", "-n", bench.namespace, "-o", "name")
    endless = create(bench, "[" * 100_000)
    assert endless.status_code == 422
    assert "nested" in endless.json()["detail"]


def test_the_cluster_describes_a_kinds_fields(bench: Bench) -> None:
    path = f"/clusters/{CLUSTER}/schemas"
    asked = {"api_version": "apps/v1", "kind": "Deployment"}
    found = bench.http.get(path, params=asked).json()
    root = found["schemas"][found["root"]]
    assert set(root["properties"]) >= {"apiVersion", "kind", "metadata", "spec"}
    assert "DeploymentSpec" in json.dumps(root["properties"]["spec"])
    refers = json.dumps(found["schemas"]).split('"$ref": "')[1:]
    assert {name.partition('"')[0] for name in refers} <= set(found["schemas"])
    gone = bench.http.get(path, params={**asked, "kind": "Sprocket"})
    assert gone.status_code == 404, gone.text


def test_fractions_that_were_not_touched_are_sent_as_they_were(bench: Bench) -> None:
    group = f"n{bench.namespace}.example.com"
    bench.stack.kubectl("apply", "-f", "-", stdin=_preserving(group))
    try:
        bench.stack.kubectl("wait", "--for=condition=Established", f"crd/things.{group}")
        spec = {"a": 1.5, "list": [0.1, 2e-7], "b": 1}
        thing = {"apiVersion": f"{group}/v1", "kind": "Thing", "metadata": {"name": "t"}}
        bench.apply({**thing, "spec": spec, "status": {"share": 0.25}})
        kind = f"things.{group}"
        read = document(bench, kind, "t")
        done = save(bench, kind, "t", read, read["yaml"].replace("b: 1", "b: 2"))
        assert done.status_code == 200, done.text
        assert [one["path"] for one in done.json()["changes"]] == ["spec.b"]
        found = bench.read(kind, "t")
        assert (found["spec"], found["status"]) == ({**spec, "b": 2}, {"share": 0.25})
    finally:
        bench.stack.kubectl("delete", "crd", f"things.{group}", "--wait=false")


SCALARS = [
    "yes", "No", "on", "OFF", "y", "n", "true", "~", "null", "12", "-3", "+4", "017", "0o17",
    "08", "0x1f", "0b101", "1_000", "1e3", "1.50", ".5", "5.", "2020-01-01", "1:30", "'12'",
    '"yes"', "!!str 12", '!!int "3"', "18446744073709551615", "9223372036854775807",
    "1.0", "-0", "0", "00", "1__0", "_1", "12e", "a b", "|-\n      x", "", "0o8", "0x", "+", "-.5",
    "1e400", "1.e+2", "*one", "2001-12-14t21:59:43.10-05:00", "0.0", "1E5", "0b2", "Yes", "nO",
]  # fmt: skip


def test_text_means_what_it_means_to_kubernetes(bench: Bench) -> None:
    """Every scalar as the field of an object, read by Kubernetes' own reader and by ours."""
    group = f"x{bench.namespace}.example.com"
    head = (
        f"apiVersion: {group}/v1\nkind: Thing\nmetadata:\n  name: t\n  namespace: {bench.namespace}"
    )
    fields = [f"    f{at}: {scalar}" for at, scalar in enumerate(SCALARS)]
    keys = ["    on: 1", "    12: 2", "    1.50: 3", "    no: {<<: *all, more: 4}"]
    text = "\n".join([head, "spec:", "    first: &one 1", "    kept: &all {a: 1}", *fields, *keys])
    bench.stack.kubectl("apply", "-f", "-", stdin=_preserving(group))
    try:
        bench.stack.kubectl("wait", "--for=condition=Established", f"crd/things.{group}")
        bench.stack.kubectl("create", "-f", "-", stdin=text)
        stored = bench.stack.kubectl(
            "get", "--raw", f"/apis/{group}/v1/namespaces/{bench.namespace}/things/t"
        )
    finally:
        bench.stack.kubectl("delete", "crd", f"things.{group}", "--wait=false")
    theirs = json.loads(stored)["spec"]
    ours = json.loads(json.dumps(documents(text, most=1)[0].value["spec"]))
    differing = {
        name: (ours.get(name, "absent"), theirs.get(name, "absent"))
        for name in {*ours, *theirs}
        if name not in ours or name not in theirs or not _alike(ours[name], theirs[name])
    }
    named = {SCALARS[int(n[1:])] if n[1:].isdigit() else n: v for n, v in differing.items()}
    assert named == {}


def _alike(ours: Any, theirs: Any) -> bool:
    """JSON has one sort of number."""
    if isinstance(ours, bool) or isinstance(theirs, bool):
        return ours is theirs
    if isinstance(ours, float) and isinstance(theirs, int | float):
        return ours == float(theirs)
    return bool(ours == theirs)


def _preserving(group: str) -> str:
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    return json.dumps(
        {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": f"things.{group}"},
            "spec": {
                "group": group,
                "scope": "Namespaced",
                "names": {"plural": "things", "kind": "Thing"},
                "versions": [version],
            },
        }
    )
