"""etcd: three members for operators, and a single one for Kubernetes."""

from backend.stack.components.checks import answers_ok, tls
from backend.stack.components.context import KUBE_ETCD, MEMBERS, Context
from backend.stack.pki import LOOPBACK, Authority
from backend.stack.process.service import ProcessSpec
from backend.stack.programs.locate import LocatedProgram

QUOTA_BYTES = 8 * 1024**3


def _tls_flags(authority: Authority, name: str) -> list[str]:
    server = authority.issue(name, common_name=name, hosts=LOOPBACK)
    flags = []
    for prefix in ("", "peer-"):
        flags += [
            f"--{prefix}client-cert-auth",
            f"--{prefix}trusted-ca-file={authority.pair.cert}",
            f"--{prefix}cert-file={server.cert}",
            f"--{prefix}key-file={server.key}",
        ]
    return flags


def _spec(
    context: Context,
    name: str,
    program: LocatedProgram,
    authority: Authority,
    members: tuple[str, ...],
) -> ProcessSpec:
    client, peer = context.url(name), context.url(f"{name}-peer")
    cluster = ",".join(f"{member}={context.url(f'{member}-peer')}" for member in members)
    data = context.paths.data(name)
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    argv = [
        str(program.path),
        f"--name={name}",
        f"--data-dir={data}",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster={cluster}",
        f"--initial-cluster-token={context.cluster_token()}-{members[0]}",
        # Members share two cores with everything else: the default timing would elect too often.
        "--heartbeat-interval=200",
        "--election-timeout=2000",
        "--watch-progress-notify-interval=1m",
        "--auto-compaction-mode=periodic",
        "--auto-compaction-retention=1h",
        f"--quota-backend-bytes={QUOTA_BYTES}",
        *_tls_flags(authority, name),
    ]
    if not context.options.durable or (context.options.large and name == KUBE_ETCD):
        argv.append("--unsafe-no-fsync")
    own = authority.issue(f"{name}-check", organisation="craton")
    # The serializable form asks this member alone: a lost quorum is not this member's failure.
    check = answers_ok(
        f"{client}/health?serializable=true", tls(authority.pair.cert, own), '"true"'
    )
    return ProcessSpec(name, argv, context.paths.logs / f"{name}.log", check)


def member(context: Context, name: str, program: LocatedProgram) -> ProcessSpec:
    """Describe one of the three members of the operators' cluster."""
    return _spec(context, name, program, context.etcd_ca, MEMBERS)


def for_kubernetes(context: Context, program: LocatedProgram) -> ProcessSpec:
    """Describe the etcd that only the API server talks to."""
    return _spec(context, KUBE_ETCD, program, context.kube_etcd_ca, (KUBE_ETCD,))
