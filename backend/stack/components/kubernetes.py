"""The Kubernetes control plane: API server, controller manager, scheduler."""

import yaml

from backend.stack.components.checks import answers_ok, tls
from backend.stack.components.context import KUBE_ETCD, SERVICE_CIDR, SERVICE_IP, Context
from backend.stack.files import write_atomic
from backend.stack.kubeconfig import write_kubeconfig
from backend.stack.pki import ensure_signing_key
from backend.stack.ports import HOST
from backend.stack.process.service import ProcessSpec
from backend.stack.programs.locate import LocatedProgram

ISSUER = "https://kubernetes.default.svc.cluster.local"


def apiserver(context: Context, program: LocatedProgram) -> ProcessSpec:
    """Describe the API server; ready when `/readyz` says ok."""
    server = context.kube_server(
        "kube-apiserver",
        SERVICE_IP,
        "kubernetes",
        "kubernetes.default",
        "kubernetes.default.svc",
        "kubernetes.default.svc.cluster.local",
    )
    etcd = context.kube_etcd_ca.issue("kube-apiserver-etcd", common_name="kube-apiserver")
    signing = ensure_signing_key(context.paths.pki)
    kubelets = context.kubelet_client()
    argv = [
        str(program.path),
        f"--etcd-servers={context.url(KUBE_ETCD)}",
        f"--etcd-cafile={context.kube_etcd_ca.pair.cert}",
        f"--etcd-certfile={etcd.cert}",
        f"--etcd-keyfile={etcd.key}",
        f"--bind-address={HOST}",
        f"--advertise-address={HOST}",
        f"--secure-port={context.ports['kube-apiserver']}",
        f"--tls-cert-file={server.cert}",
        f"--tls-private-key-file={server.key}",
        f"--client-ca-file={context.kube_ca.pair.cert}",
        f"--service-account-issuer={ISSUER}",
        f"--service-account-key-file={signing.cert}",
        f"--service-account-signing-key-file={signing.key}",
        f"--service-cluster-ip-range={SERVICE_CIDR}",
        "--authorization-mode=Node,RBAC",
        "--allow-privileged=true",
        # There is no pod network, so nothing could reach a service's address.
        "--endpoint-reconciler-type=none",
        "--kubelet-preferred-address-types=InternalIP",
        f"--kubelet-certificate-authority={context.kube_ca.pair.cert}",
        f"--kubelet-client-certificate={kubelets.cert}",
        f"--kubelet-client-key={kubelets.key}",
        *_passing_on(context),
        "--event-ttl=6h",
        "--profiling=false",
    ]
    if context.options.large:
        argv += ["--max-requests-inflight=2000", "--max-mutating-requests-inflight=1000"]
    own = context.kube_client("kube-check", "craton:check", "craton:check")
    check = answers_ok(
        context.url("kube-apiserver") + "/readyz", tls(context.kube_ca.pair.cert, own), "ok"
    )
    return ProcessSpec("kube-apiserver", argv, context.paths.logs / "kube-apiserver.log", check)


def _passing_on(context: Context) -> list[str]:
    """How it tells the APIs beside it (metrics) who asks, and how they know that it is it."""
    name = "front-proxy-client"
    own = context.front_ca.issue(name, common_name=name)
    return [
        f"--proxy-client-cert-file={own.cert}",
        f"--proxy-client-key-file={own.key}",
        f"--requestheader-client-ca-file={context.front_ca.pair.cert}",
        f"--requestheader-allowed-names={name}",
        "--requestheader-username-headers=X-Remote-User",
        "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-",
    ]


def own_kubeconfig(context: Context, name: str) -> str:
    """Write the kubeconfig of one component, which may do everything; gives its path."""
    client = context.kube_client(f"{name}-client", f"system:{name}")
    path = context.paths.conf / f"{name}.kubeconfig"
    server = context.url("kube-apiserver")
    write_kubeconfig(path, server, context.kube_ca.pair.cert, client, name)
    return str(path)


def _helper(context: Context, program: LocatedProgram, name: str, flags: list[str]) -> ProcessSpec:
    server = context.kube_server(name)
    argv = [
        str(program.path),
        f"--bind-address={HOST}",
        f"--secure-port={context.ports[name]}",
        f"--tls-cert-file={server.cert}",
        f"--tls-private-key-file={server.key}",
        "--leader-elect=false",
        "--profiling=false",
        *flags,
    ]
    check = answers_ok(context.url(name) + "/healthz", tls(context.kube_ca.pair.cert), "ok")
    return ProcessSpec(name, argv, context.paths.logs / f"{name}.log", check)


def controller_manager(context: Context, program: LocatedProgram) -> ProcessSpec:
    """Describe the controller manager."""
    name = "kube-controller-manager"
    authority, signing = context.kube_ca.pair, ensure_signing_key(context.paths.pki)
    flags = [
        f"--kubeconfig={own_kubeconfig(context, name)}",
        f"--root-ca-file={authority.cert}",
        f"--cluster-signing-cert-file={authority.cert}",
        f"--cluster-signing-key-file={authority.key}",
        f"--service-account-private-key-file={signing.key}",
        "--use-service-account-credentials=true",
    ]
    if context.options.large:
        flags += [
            "--kube-api-qps=500",
            "--kube-api-burst=1000",
            "--node-monitor-grace-period=20m",
            "--concurrent-deployment-syncs=20",
            "--concurrent-replicaset-syncs=20",
        ]
    return _helper(context, program, name, flags)


def scheduler(context: Context, program: LocatedProgram) -> ProcessSpec:
    """Describe the scheduler; large stacks look at few nodes per pod."""
    name = "kube-scheduler"
    connection: dict[str, object] = {"kubeconfig": own_kubeconfig(context, name)}
    config: dict[str, object] = {
        "apiVersion": "kubescheduler.config.k8s.io/v1",
        "kind": "KubeSchedulerConfiguration",
        "clientConnection": connection,
        "leaderElection": {"leaderElect": False},
    }
    if context.options.large:
        connection |= {"qps": 1000, "burst": 2000}
        config["percentageOfNodesToScore"] = 1
    path = context.paths.conf / "kube-scheduler.yaml"
    write_atomic(path, yaml.safe_dump(config))
    return _helper(context, program, name, [f"--config={path}"])


def write_admin_kubeconfig(context: Context) -> None:
    """Write the kubeconfig people and the console use."""
    client = context.kube_client("kube-admin", "craton-admin")
    server = context.url("kube-apiserver")
    write_kubeconfig(
        context.paths.kubeconfig, server, context.kube_ca.pair.cert, client, "craton-admin"
    )
