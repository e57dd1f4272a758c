"""The chart: what it renders, what it refuses, what its README says."""

import json
import re
from pathlib import Path

import kubernetes_validate
import pytest
import yaml
from yamllint import linter
from yamllint.config import YamlLintConfig

from backend.http import readiness
from backend.settings import Settings, describe
from tests.helm.render import CASES, CHART, Refused, load, only, render

VALUES = yaml.safe_load((CHART / "values.yaml").read_text())
case = pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)


def test_there_are_cases():
    assert len(CASES) >= 3


@case
@pytest.mark.parametrize("version", ["1.29", "1.33", "1.37"])
def test_every_object_is_valid(path: Path, version: str):
    for item in render(load(path)):
        kubernetes_validate.validate(item, version, strict=True)


@case
def test_pods_keep_to_the_restricted_standard(path: Path):
    spec = only(render(load(path)), "Deployment")["spec"]["template"]["spec"]
    assert spec["securityContext"]["runAsNonRoot"]
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    (container,) = spec["containers"]
    own = container["securityContext"]
    assert own["allowPrivilegeEscalation"] is False
    assert own["readOnlyRootFilesystem"] is True
    assert own["capabilities"] == {"drop": ["ALL"]}
    assert container["resources"]["limits"]["memory"]
    assert not container["image"].endswith(":latest")
    assert {mount["name"] for mount in container["volumeMounts"]} == {
        volume["name"] for volume in spec["volumes"]
    }


@case
def test_probes_ask_what_the_console_answers(path: Path):
    (container,) = only(render(load(path)), "Deployment")["spec"]["template"]["spec"]["containers"]
    paths = {
        probe: container[probe]["httpGet"]["path"]
        for probe in ("startupProbe", "readinessProbe", "livenessProbe")
    }
    assert paths == {
        "startupProbe": "/readyz",
        "readinessProbe": "/readyz",
        "livenessProbe": "/healthz",
    }
    assert container["ports"] == [{"name": "http", "containerPort": 8080}]
    for probe, path_ in paths.items():
        if path_ == "/readyz":  # which waits for the database
            assert container[probe]["timeoutSeconds"] >= 2 * readiness._PATIENCE


@case
def test_the_service_finds_the_pods(path: Path):
    items = render(load(path))
    labels = only(items, "Deployment")["spec"]["template"]["metadata"]["labels"]
    selector = only(items, "Service")["spec"]["selector"]
    assert selector.items() <= labels.items()


@case
def test_the_console_understands_its_environment(path: Path, monkeypatch, tmp_path):
    (container,) = only(render(load(path)), "Deployment")["spec"]["template"]["spec"]["containers"]
    known = {name for name, _, _ in describe()}
    for entry in container["env"]:
        assert entry["name"] in known
        monkeypatch.setenv(entry["name"], entry.get("value", "postgresql+asyncpg://db/craton"))
    monkeypatch.setenv("CRATON_CONFIG", str(tmp_path / "none.toml"))
    settings = Settings()
    assert settings.port == 8080
    values = load(path).get("connections", {})
    own = values.get("inCluster", True)
    clusters = settings.connections.get("kubernetes", ())
    assert [entry.in_cluster for entry in clusters].count(True) == int(own)
    assert len(settings.connections.get("etcd", ())) == len(values.get("etcd", []))
    assert len(settings.connections.get("registry", ())) == len(values.get("registry", []))


@case
def test_the_role_only_reads(path: Path):
    items = render(load(path))
    for role in (item for item in items if item["kind"] == "ClusterRole"):
        for rule in role["rules"]:
            if rule["resources"][0] not in {"users", "groups", "subjectaccessreviews"}:
                assert set(rule["verbs"]) <= {"get", "list", "watch"}
            assert "*" not in (*rule["apiGroups"], *rule["resources"])


def test_secrets_are_not_readable_unless_asked_for():
    def readable(values):
        role = only(render(values), "ClusterRole")
        return any("secrets" in rule["resources"] for rule in role["rules"])

    assert not readable({})
    assert readable({"rbac": {"secrets": True}})


ADA = {"enabled": True, "users": ["craton:ada"], "groups": ["craton:viewer", "craton:viewer:web"]}


def test_nobody_is_impersonated_unless_asked_for():
    rules = only(render({}), "ClusterRole")["rules"]
    assert not any({"impersonate", "create"} & {*rule["verbs"]} for rule in rules)
    items = render({"rbac": {"impersonate": ADA}})
    rules = only(items, "ClusterRole")["rules"]
    named = {r["resources"][0]: r["resourceNames"] for r in rules if r["verbs"] == ["impersonate"]}
    assert named == {"users": ADA["users"], "groups": ADA["groups"]}
    assert [r["resources"] for r in rules if r["verbs"] == ["create"]] == [["subjectaccessreviews"]]
    (container,) = only(items, "Deployment")["spec"]["template"]["spec"]["containers"]
    (told,) = (e["value"] for e in container["env"] if e["name"] == "CRATON_KUBERNETES")
    assert json.loads(told) == [{"name": "local", "in_cluster": True, "rights": "both"}]


def test_everybody_is_impersonated_only_where_written():
    everybody = {"enabled": True, "users": ["*"], "groups": ["*"]}
    rules = only(render({"rbac": {"impersonate": everybody}}), "ClusterRole")["rules"]
    assert [r for r in rules if "resourceNames" in r] == []


def test_a_console_outside_has_no_rights_and_no_token():
    items = render(load(CHART / "ci" / "outside-values.yaml"))
    assert {item["kind"] for item in items} == {"Deployment", "Service"}
    spec = only(items, "Deployment")["spec"]["template"]["spec"]
    assert spec["automountServiceAccountToken"] is False
    assert spec["serviceAccountName"] == "default"


def test_sqlite_has_a_volume_and_one_writer():
    items = render({})
    deployment = only(items, "Deployment")
    assert deployment["spec"]["strategy"] == {"type": "Recreate"}
    claim = only(items, "PersistentVolumeClaim")["metadata"]
    assert claim["annotations"] == {"helm.sh/resource-policy": "keep"}
    volume = deployment["spec"]["template"]["spec"]["volumes"][0]
    assert volume["persistentVolumeClaim"]["claimName"] == claim["name"]


def test_replicas_share_the_payloads_and_replace_each_other_in_turn():
    items = render(load(CHART / "ci" / "production-values.yaml"))
    assert only(items, "PersistentVolumeClaim")["spec"]["accessModes"] == ["ReadWriteMany"]
    deployment = only(items, "Deployment")["spec"]
    assert "strategy" not in deployment
    assert "persistentVolumeClaim" in deployment["template"]["spec"]["volumes"][0]


def test_one_console_on_postgresql_keeps_its_payloads():
    deployment = only(render({"database": {"existingSecret": "db"}}), "Deployment")["spec"]
    assert deployment["strategy"] == {"type": "Recreate"}
    assert "persistentVolumeClaim" in deployment["template"]["spec"]["volumes"][0]


BAD = {
    "unknown": {"replica": 2},
    "unknown-nested": {"console": {"publicURL": "https://x"}},
    "replicas-without-database": {"replicas": 2},
    "replicas-with-a-volume-each": {"replicas": 2, "database": {"existingSecret": "db"}},
    "no-replicas": {"replicas": 0},
    "access-mode": {"persistence": {"accessMode": "ReadOnlyMany"}},
    "admin-without-password": {"bootstrap": {"admin": "ada"}},
    "latest": {"image": {"tag": "latest"}},
    "digest": {"image": {"digest": "sha256:abc"}},
    "log-level": {"console": {"logLevel": "loud"}},
    "public-url": {"console": {"publicUrl": "craton.example.org"}},
    "organisation": {"console": {"organisation": "Big Corp"}},
    "writing-role": {
        "rbac": {"extraRules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["delete"]}]}
    },
    "nobody-to-impersonate": {"rbac": {"impersonate": {"enabled": True}}},
    "impersonate-the-system": {
        "rbac": {"impersonate": {**ADA, "groups": ["system:masters"]}},
    },
    "impersonate-without-cluster": {
        "connections": {"inCluster": False},
        "rbac": {"impersonate": ADA},
    },
    "secrets-without-cluster": {"connections": {"inCluster": False}, "rbac": {"secrets": True}},
    "etcd-cert-without-key": {
        "connections": {"etcd": [{"name": "a", "endpoints": ["https://e"], "cert": "/c"}]}
    },
    "etcd-password": {
        "connections": {"etcd": [{"name": "a", "endpoints": ["https://e"], "password": "x"}]}
    },
    "registry-with-credentials": {
        "connections": {"registry": [{"name": "a", "url": "https://user:pw@registry"}]}
    },
    "kubeconfig-missing": {"connections": {"kubernetes": [{"name": "edge"}]}},
    "size": {"persistence": {"size": "lots"}},
    "service-type": {"service": {"type": "ExternalName"}},
    "port": {"service": {"port": 70000}},
    "wrong-type": {"commonLabels": {"a": 1}},
}


@pytest.mark.parametrize("values", BAD.values(), ids=BAD.keys())
def test_bad_values_are_refused(values):
    with pytest.raises(Refused):
        render(values)


def _flat(values, prefix=""):
    for name, value in values.items():
        path = f"{prefix}{name}"
        if isinstance(value, dict) and value and path != "resources":
            yield from _flat(value, f"{path}.")
        else:
            yield path, value


def test_the_readme_lists_every_value_with_its_default():
    rows = re.findall(
        r"^\| `([\w.]+)` \| `([^`]*)` \|", (CHART / "README.md").read_text(), re.MULTILINE
    )
    written = dict(rows)
    real = {
        name: value
        if isinstance(value, str) and value
        else json.dumps(value, separators=(",", ":"))
        for name, value in _flat(VALUES)
    }
    if real.get("resources"):
        real["resources"] = json.dumps(VALUES["resources"], separators=(",", ":"), sort_keys=True)
    assert written == real


def test_every_value_is_used_and_in_the_schema():
    templates = "\n".join(path.read_text() for path in (CHART / "templates").iterdir())
    schema = json.loads((CHART / "values.schema.json").read_text())
    for name, _ in _flat(VALUES):
        assert f".Values.{name}" in templates, name
        node = schema
        for part in name.split("."):
            assert node["additionalProperties"] is False
            node = node["properties"][part]


@pytest.mark.parametrize("path", [CHART / "Chart.yaml", CHART / "values.yaml", *CASES], ids=str)
def test_yaml_is_tidy(path: Path):
    config = YamlLintConfig(
        "{extends: default, rules: {document-start: disable, line-length: {max: 110}}}"
    )
    assert [str(problem) for problem in linter.run(path.read_text(), config)] == []


def test_helm_lints_it_strictly():
    from helm_python.chart import lint

    result = lint(str(CHART), {}, strict=True)
    serious = [entry for entry in result.get("messages", []) if "icon" not in str(entry)]
    assert serious == []
