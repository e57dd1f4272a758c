"""A custom resource definition and some objects of it."""

from backend.stack.seed.manifests import Object

GROUP = "storage.example.org"


def definition() -> Object:
    """Give the definition of Backup."""
    schema: Object = {
        "type": "object",
        "properties": {
            "spec": {
                "type": "object",
                "required": ["volume"],
                "properties": {
                    "volume": {"type": "string"},
                    "keepDays": {"type": "integer", "minimum": 1},
                },
            },
            "status": {
                "type": "object",
                "properties": {"phase": {"type": "string"}, "sizeBytes": {"type": "integer"}},
            },
        },
    }
    columns = [
        {"name": "Volume", "type": "string", "jsonPath": ".spec.volume"},
        {"name": "Keep", "type": "integer", "jsonPath": ".spec.keepDays"},
    ]
    version = {
        "name": "v1",
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": schema},
        "additionalPrinterColumns": columns,
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"backups.{GROUP}"},
        "spec": {
            "group": GROUP,
            "scope": "Namespaced",
            "names": {
                "plural": "backups",
                "singular": "backup",
                "kind": "Backup",
                "shortNames": ["bk"],
            },
            "versions": [version],
        },
    }


def objects() -> list[Object]:
    """Give backups of the database and the ledger."""
    return [
        {
            "apiVersion": f"{GROUP}/v1",
            "kind": "Backup",
            "metadata": {"name": f"{name}-{number}", "namespace": team, "labels": {"team": team}},
            "spec": {"volume": f"{name}-{number}", "keepDays": 14 + number},
        }
        for team, name in (("data", "data"), ("payments", "books"))
        for number in range(3)
    ]
