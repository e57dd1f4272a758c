"""How to bring a cluster back from a snapshot, with the commands for this one."""

from __future__ import annotations

import shlex
from typing import Final

from backend.features.runbooks.schemas import RestoreStep
from integrations.etcd.index import KeyIndex
from integrations.etcd.look import Look, MemberLook
from integrations.etcd.settings import EtcdSettings

__all__ = ["keeps_kubernetes", "restore_steps"]

_DATA: Final = "/var/lib/etcd"
_IF: Final = "If a Kubernetes keeps its objects in this store, which cannot be seen from here: "
_LEAVE: Final = " (leave out --bump-revision and --mark-compacted if no Kubernetes is kept here)"
_BUMP: Final = 1_000_000_000
"""More revisions than are made between two snapshots: what Kubernetes' caches saw is older."""


def keeps_kubernetes(settings: EtcdSettings, index: KeyIndex, *, listed: bool) -> bool | None:
    """Whether a Kubernetes keeps its objects here; None where we do not see all the keys that would
    tell, or have not `listed` them yet."""
    prefix = settings.kubernetes_prefix.rstrip("/") + "/"
    if index.count(prefix) > 0:
        return True
    whole = listed and not index.refused and prefix.startswith(settings.prefix)
    return False if whole else None


def restore_steps(
    seen: Look, etcd: str, file: str, *, kubernetes: bool | None
) -> list[RestoreStep]:
    """In their order. Names and peer URLs are the cluster's; the data directory is etcd's usual
    one, for no member tells its own. What is for Kubernetes is said with its condition where it is
    not known whether that is here (`kubernetes` is None)."""
    if_here = _IF if kubernetes is None else ""
    voters = [one for one in seen.voters if one.name]
    token = f"{etcd}-restored"
    found = [
        _step(
            "Only when the quorum is lost for good: the whole store goes back to the moment of the "
            "snapshot, and everything written since is lost. A single lost member is replaced "
            "instead."
        ),
        _step(
            "Check the file: etcdutl refuses one whose hash does not match.",
            f"etcdutl snapshot status {shlex.quote(file)} -w table",
        ),
    ]
    if kubernetes is not False:
        found.append(
            _step(
                f"{if_here}Stop every kube-apiserver, so that nothing is written meanwhile. On "
                "machines where the kubelet starts it, move its manifest away.",
                "mv /etc/kubernetes/manifests/kube-apiserver.yaml /root/",
            )
        )
    found.append(
        _step(
            "Stop etcd on every machine, and keep the old data until all is well.",
            f"systemctl stop etcd && mv {_DATA} {_DATA}.before",
        )
    )
    bump = [f"--bump-revision {_BUMP}", "--mark-compacted"] if kubernetes is not False else []
    leave = _LEAVE if kubernetes is None else ""
    found += [
        _step(
            f"On {one.name}'s machine, with the same file on each{leave}:",
            _restore(one, voters, token, file, bump),
        )
        for one in voters
    ]
    found.append(
        _step(
            "The data directory is as etcd has it by default: use the one your members are started "
            "with. Where etcd runs under a user of its own, give it the directory.",
            f"chown -R etcd:etcd {_DATA}",
        )
    )
    found.append(
        _step(
            "Start etcd on all of them within a minute or two, with --initial-cluster-token as "
            "above, and see that a member leads.",
            "systemctl start etcd && etcdctl endpoint status --cluster -w table",
        )
    )
    if kubernetes is not False:
        found.append(
            _step(
                f"{if_here}Start every kube-apiserver again, then restart the controller manager, "
                "the scheduler and every kubelet: what they hold in their caches is newer than "
                "the store. --bump-revision and --mark-compacted above have watches that ask for "
                "what is gone list anew; etcdutl before 3.6 lacks both."
            )
        )
    return found


def _restore(
    member: MemberLook, voters: list[MemberLook], token: str, file: str, bump: list[str]
) -> str:
    peers = ",".join(f"{one.name}={url}" for one in voters for url in one.peer_urls)
    words = [
        f"etcdutl snapshot restore {shlex.quote(file)}",
        f"--name {shlex.quote(member.name)}",
        f"--initial-cluster {shlex.quote(peers)}",
        f"--initial-cluster-token {shlex.quote(token)}",
        f"--initial-advertise-peer-urls {shlex.quote(','.join(member.peer_urls))}",
        f"--data-dir {_DATA}",
        *bump,
    ]
    return " \\\n  ".join(words)


def _step(words: str, command: str = "") -> RestoreStep:
    return RestoreStep(words=words, command=command)
