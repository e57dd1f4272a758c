"""The believable set: four product teams and a platform team, every state a page can show."""

from typing import Any

from backend.stack.components.stages import PREFIX
from backend.stack.seed import manifests as make
from backend.stack.seed.manifests import App, Object

EVERYWHERE = [{"operator": "Exists"}]
SIMULATED = {"type": "kwok"}
"""Where a daemon that tolerates everything may run: its image is none that really runs."""

TEAMS = {
    "shop": "The web shop",
    "payments": "Payments and ledger",
    "data": "Databases and imports",
    "ml": "Models",
    "platform": "What every team uses",
}


def namespaces() -> list[Object]:
    """Give the teams' namespaces."""
    return [
        {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {
                "name": team,
                "labels": {"team": team, "pod-security.kubernetes.io/warn": "baseline"},
                "annotations": {"description": purpose},
            },
        }
        for team, purpose in TEAMS.items()
    ]


def _shop(registry: str) -> list[Object]:
    frontend = App(
        "shop",
        "frontend",
        "shop/frontend:2.15.0",
        6,
        "250m",
        "256Mi",
        sidecar="platform/gateway:1.10.0",
    )
    cart = App("shop", "cart", "shop/cart:1.9.0", 4, init="data/importer:0.9.1")
    search = App("shop", "search", "shop/search:0.31.0", 3, "500m", "1Gi")
    canary = App("shop", "search-canary", "shop/search:0.32.1", 1, "500m", "1Gi", "not-ready")
    refunds = App("shop", "refunds", "shop/cart:1.8.3", 0)
    sitemap = App("shop", "sitemap", "shop/frontend:2.15.0", port=None)
    return [
        *(make.deployment(app, registry) for app in (frontend, cart, search, canary, refunds)),
        *(make.service(app) for app in (frontend, cart, search)),
        make.ingress(frontend, "shop.example.org"),
        make.ingress(search, "shop.example.org", "/search"),
        make.disruption_budget(frontend, 4),
        make.cron_job(sitemap, registry, "*/10 * * * *"),
        make.config_map(frontend, "frontend-settings", {"settings.json": '{"currency":"EUR"}'}),
        make.secret(cart, "cart-session", {"key": "example-only"}),
    ]


def _payments(registry: str) -> list[Object]:
    api = App(
        "payments", "api", "payments/api:4.3.0", 4, "400m", "512Mi", priority="business-critical"
    )
    ledger = App(
        "payments",
        "ledger",
        "payments/ledger:4.3.0",
        3,
        "500m",
        "1Gi",
        claim="books",
        priority="business-critical",
    )
    fraud = App(
        "payments",
        "fraud-check",
        "ml/inference:0.5.0",
        2,
        "200m",
        "512Mi",
        "crash-loop",
        {"exit-code": "1"},
    )
    reconciler = App("payments", "reconciler", "payments/reconciler:1.1.4", port=None)
    migration = App("payments", "ledger-migration-430", "payments/ledger:4.3.0", port=None)
    audit = App(
        "payments",
        "audit-export",
        "payments/reconciler:1.1.4",
        behaviour="fail",
        notes={"exit-code": "3"},
        port=None,
    )
    return [
        make.deployment(api, registry),
        make.stateful_set(ledger, registry, "20Gi"),
        make.deployment(fraud, registry),
        make.service(api),
        make.service(ledger, headless=True),
        make.service(fraud),
        make.ingress(api, "pay.example.org"),
        make.disruption_budget(api, 3),
        make.disruption_budget(ledger, 3),
        make.cron_job(reconciler, registry, "*/5 * * * *"),
        make.job(migration, registry),
        make.job(audit, registry, backoffLimit=1),
        make.config_map(api, "api-settings", {"limits.yaml": "perSecond: 250\nburst: 500\n"}),
        make.secret(
            api,
            "psp-credentials",
            {"username": "example", "password": "example-only"},
            "kubernetes.io/basic-auth",
        ),
    ]


def _data(registry: str) -> list[Object]:
    database = App("data", "database", "data/database:17.2", 3, "1", "4Gi", claim="data")
    cache = App("data", "cache", "data/cache:7.4.1", 2, "250m", "1Gi")
    pull = {
        "reason": "ImagePullBackOff",
        "message": f'Back-off pulling image "{registry}/data/importer:0.9.2": not found',
    }
    importer = App("data", "importer", "data/importer:0.9.2", 1, behaviour="waiting", notes=pull)
    backup = App("data", "backup", "data/backup:1.1.0", port=None)
    vacuum = App("data", "vacuum", "data/database:17.2", port=None)
    evicted = App("data", "adhoc-report", "data/database:16.4", behaviour="evicted", port=None)
    held = App("data", "old-exporter", "data/importer:0.9.0", behaviour="hold", port=None)
    return [
        make.stateful_set(database, registry, "100Gi"),
        make.stateful_set(cache, registry),
        make.deployment(importer, registry),
        make.service(database, headless=True),
        make.service(cache, headless=True),
        make.disruption_budget(database, 2),
        make.cron_job(backup, registry, "0 * * * *"),
        make.cron_job(vacuum, registry, "30 3 * * *", suspend=True),
        make.bare_pod(evicted, registry),
        make.bare_pod(held, registry, finalizers=[f"{PREFIX}/hold"]),
        make.config_map(
            database, "database-settings", {"database.conf": "max_connections = 300\n"}
        ),
        make.secret(
            database, "database-users", {"admin": "example-only", "reader": "example-only"}
        ),
        _pending_claim(),
    ]


def _pending_claim() -> Object:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "scratch", "namespace": "data", "labels": {"team": "data"}},
        "spec": {
            "accessModes": ["ReadWriteMany"],
            "storageClassName": "fast-disk",
            "resources": {"requests": {"storage": "2Ti"}},
        },
    }


def _ml(registry: str) -> list[Object]:
    trainer = App(
        "ml",
        "trainer",
        "ml/trainer:0.4.0",
        2,
        "8",
        "32Gi",
        node_selector={"accelerator": "gpu"},
        port=None,
    )
    inference = App("ml", "inference", "ml/inference:0.5.0", 3, "500m", "2Gi")
    hungry = App(
        "ml",
        "embeddings",
        "ml/inference:0.5.0",
        1,
        "500m",
        "1Gi",
        "crash-loop",
        {"exit-code": "137", "exit-reason": "OOMKilled"},
    )
    loading = App(
        "ml",
        "feature-store",
        "ml/inference:0.5.0",
        1,
        behaviour="init-stuck",
        init="data/importer:0.9.1",
    )
    missing = {
        "reason": "CreateContainerConfigError",
        "message": 'secret "model-hub-token" not found',
    }
    hub = App("ml", "model-hub", "ml/inference:0.5.0", 1, behaviour="waiting", notes=missing)
    sweep = App("ml", "sweep-42", "ml/trainer:0.5.0-beta.2", behaviour="run", port=None)
    apps = (trainer, inference, hungry, loading, hub)
    return [
        *(make.deployment(app, registry) for app in apps),
        make.service(inference),
        make.job(sweep, registry, parallelism=2, completions=8),
        make.config_map(trainer, "hyperparameters", {"sweep.json": '{"rate":[0.1,0.01]}'}),
    ]


def _platform(registry: str) -> list[Object]:
    gateway = App("platform", "gateway", "platform/gateway:1.10.0", 3, "300m", "256Mi")
    log_agent = App(
        "platform",
        "log-agent",
        "platform/log-agent:3.2.2",
        cpu="50m",
        memory="64Mi",
        node_selector=SIMULATED,
        tolerations=EVERYWHERE,
        port=None,
    )
    node_agent = App(
        "platform",
        "node-agent",
        "platform/node-agent:1.14.0",
        cpu="20m",
        memory="32Mi",
        node_selector=SIMULATED,
        tolerations=EVERYWHERE,
    )
    dns = App("platform", "dns", "platform/dns:1.15.0", 2)
    return [
        make.deployment(gateway, registry),
        make.deployment(dns, registry),
        make.daemon_set(log_agent, registry),
        make.daemon_set(node_agent, registry),
        make.service(gateway),
        make.service(dns),
        make.disruption_budget(gateway, 2),
        make.config_map(dns, "dns-zones", {"zones.txt": "cluster.local\nexample.org\n"}),
    ]


def _volumes() -> list[Object]:
    sizes = {"books": ("20Gi", 3), "data": ("100Gi", 3), "spare": ("50Gi", 2)}
    found: list[Object] = [
        {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "StorageClass",
            "metadata": {"name": name},
            "provisioner": "kubernetes.io/no-provisioner",
            "volumeBindingMode": mode,
        }
        for name, mode in (("local-disk", "Immediate"), ("fast-disk", "Immediate"))
    ]
    for kind, (size, count) in sizes.items():
        for number in range(count):
            spec: dict[str, Any] = {
                "capacity": {"storage": size},
                "accessModes": ["ReadWriteOnce"],
                "persistentVolumeReclaimPolicy": "Retain",
                "storageClassName": "local-disk",
                "hostPath": {"path": f"/var/lib/volumes/{kind}-{number}"},
            }
            metadata = {"name": f"{kind}-{number}", "labels": {"disk": kind}}
            found.append(
                {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": metadata, "spec": spec}
            )
    return found


def _priority() -> Object:
    return {
        "apiVersion": "scheduling.k8s.io/v1",
        "kind": "PriorityClass",
        "metadata": {"name": "business-critical"},
        "value": 100000,
        "description": "Evicted last.",
    }


def foundations() -> list[Object]:
    """Give what the workloads build on: volumes, storage and priority classes."""
    return [*_volumes(), _priority()]


def workloads(registry: str, *, few_daemons: bool = False) -> list[Object]:
    """Give every team's objects; images come from `registry` (host and port).

    With `few_daemons` the daemon sets run on control plane machines only, so
    that thousands of nodes do not mean thousands of pods more than asked for.
    """
    teams = (_shop, _payments, _data, _ml, _platform)
    found = [item for team in teams for item in team(registry)]
    for item in found:
        if few_daemons and item["kind"] == "DaemonSet":
            only = {"node-role.kubernetes.io/control-plane": ""}
            item["spec"]["template"]["spec"]["nodeSelector"] = only
    return found


def to_be_held() -> Object:
    """Give the pod that is deleted but kept Terminating by its finalizer."""
    return {"kind": "Pod", "metadata": {"name": "old-exporter", "namespace": "data"}}
