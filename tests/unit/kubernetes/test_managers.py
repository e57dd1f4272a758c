"""Who set a field: `managedFields` as paths."""

from __future__ import annotations

from typing import Any

from backend.features.cluster.operate.managers import owners_by_path, with_managers, words_of
from backend.features.cluster.operate.schemas import FieldChange


def managed(manager: str, fields: Any, operation: str = "Update", **more: Any) -> dict[str, Any]:
    when = "2026-11-01T00:00:00Z"
    return {"manager": manager, "operation": operation, "time": when, "fieldsV1": fields, **more}


PORT = {".": {}, "f:containerPort": {}}
MAIN = {".": {}, "f:image": {}, "f:ports": {'k:{"containerPort":80,"protocol":"TCP"}': PORT}}
POD = {"f:spec": {"f:containers": {'k:{"name":"main"}': MAIN}}}
NOTES = {"f:annotations": {".": {}, "f:a.b/c": {}}, "f:finalizers": {".": {}, 'v:"x"': {}}}
RAW = {
    "metadata": {
        "managedFields": [
            managed("argocd", {"f:spec": {"f:template": POD}}, "Apply"),
            managed("hpa", {"f:spec": {"f:replicas": {}}}, subresource="scale"),
            managed("craton", {"f:spec": {"f:paused": {}}}),
            managed("kubectl", {"f:metadata": NOTES}),
            "no mapping",
            {"manager": "odd", "fieldsV1": "text"},
        ]
    }
}


def change(path: str) -> FieldChange:
    return FieldChange(path=path, before="1", after="2")


def test_fields_have_the_paths_that_changes_have() -> None:
    told = {path: words_of(owners) for path, owners in owners_by_path(RAW).items()}
    image = "spec.template.spec.containers[name=main].image"
    assert told[image] == ["argocd (applies it)"]
    assert told["spec.replicas"] == ["hpa (scale)"]
    assert told['metadata.annotations["a.b/c"]'] == ["kubectl"]
    assert "spec.paused" not in told, "what we set ourselves is nobody's"


def test_a_change_names_who_set_what_it_is_or_holds() -> None:
    paths = [
        "spec.template.spec.containers[name=main].image",
        "spec.template.spec.containers[name=main]",
        "spec.replicas",
        "spec.paused",
        "spec.template.spec.containers[name=other].image",
        "metadata.finalizers[0]",
    ]
    found = {one.path: one.managers for one in with_managers([change(p) for p in paths], RAW)}
    assert found == {
        paths[0]: ["argocd (applies it)"],
        paths[1]: ["argocd (applies it)"],
        paths[2]: ["hpa (scale)"],
        paths[3]: [],
        paths[4]: [],
        paths[5]: ["kubectl"],
    }
