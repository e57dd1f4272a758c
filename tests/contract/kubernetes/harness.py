"""What the contract suite asks of a cluster, fake or real."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import httpx2

from integrations.caller import UserToken
from integrations.contract import FeedState
from integrations.kubernetes import KINDS, ConnectionSettings, Limits, ResourceKind
from integrations.kubernetes.auth.access import Access, ClientCredential, StaticCredential
from integrations.kubernetes.client import KubernetesClient
from integrations.kubernetes.connection import KubernetesConnection
from integrations.kubernetes.fake import FakeKubernetes, Store, StreamingTransport
from integrations.kubernetes.fake.store import Grant
from integrations.kubernetes.models.meta import Metadata
from integrations.kubernetes.settings import RightsSource
from tests.contract.kubernetes.server import LIMITED, ApiServer, write


class Subject(NamedTuple):
    """Whom a cluster gives rights to."""

    kind: str
    name: str


FAST = Limits(backoff_first=0.05, backoff_limit=0.5, probe_interval=0.3, idle=5.0)
_names = itertools.count(int(time.time()))


class Recorder:
    """A feed that keeps what it is told."""

    def __init__(self) -> None:
        self.rows: dict[str, Any] = {}
        self.states: list[tuple[FeedState, str]] = []
        self.puts = 0
        self._seen: set[str] | None = None

    @property
    def now(self) -> FeedState | None:
        return self.states[-1][0] if self.states else None

    def put(self, key: str, value: Any) -> None:
        self.puts += 1
        self.rows[key] = value
        if self._seen is not None:
            self._seen.add(key)

    def delete(self, key: str) -> None:
        self.rows.pop(key, None)

    def begin(self) -> None:
        self._seen = set()

    def commit(self) -> None:
        seen = self._seen or set()
        self._seen = None
        for key in set(self.rows) - seen:
            del self.rows[key]

    def state(self, state: FeedState, message: str = "") -> None:
        if not self.states or self.states[-1] != (state, message):
            self.states.append((state, message))


async def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait for a condition; fail when it does not come true in time."""
    async with asyncio.timeout(seconds):
        while not condition():  # what is awaited has no event
            await asyncio.sleep(0.01)


def unique(prefix: str) -> str:
    return f"{prefix}-{next(_names)}"


class Cluster(Protocol):
    """A cluster a test can change from outside and connect to."""

    def put(self, kind: ResourceKind | str, manifest: dict[str, Any]) -> None: ...

    def delete(self, kind: str, key: str) -> None: ...

    def client(self, *, limited: bool = False) -> KubernetesClient: ...

    def connection(self, rights: RightsSource = RightsSource.CONSOLE) -> KubernetesConnection: ...

    async def forget_history(self) -> None: ...

    def grant(self, subject: Subject, namespace: str, plural: str, *verbs: str) -> None: ...

    def token(self) -> UserToken: ...

    async def settled(self, definition: str) -> None: ...


class FakeCluster:
    """The in-process one."""

    def __init__(self) -> None:
        self.store = Store()
        self._transport = StreamingTransport(FakeKubernetes(self.store))

    def put(self, kind: ResourceKind | str, manifest: dict[str, Any]) -> None:
        if isinstance(kind, ResourceKind):
            self.store.kinds[kind.group, kind.plural] = kind
            self.store.put(kind.plural, manifest, group=kind.group)
        else:
            self.store.put(kind, manifest)

    def delete(self, kind: str, key: str) -> None:
        self.store.delete(kind, key)

    def client(self, *, limited: bool = False) -> KubernetesClient:
        if limited:
            self.store.denied = set(KINDS)
            self.store.may_impersonate = False
        return KubernetesClient(SETTINGS, access=ACCESS, transport=self._transport)

    async def forget_history(self) -> None:
        self.store.compact()
        self.store.break_watches()

    def grant(self, subject: Subject, namespace: str, plural: str, *verbs: str) -> None:
        for verb in verbs:
            self.store.grants.add(Grant(subject.name, verb, plural, namespace))

    def token(self) -> UserToken:
        self.store.tokens[LIMITED] = "limited"
        return UserToken(LIMITED)

    async def settled(self, definition: str) -> None:
        assert definition

    def connection(self, rights: RightsSource = RightsSource.CONSOLE) -> KubernetesConnection:
        settings = SETTINGS.model_copy(update={"rights": rights})
        return KubernetesConnection(settings, access=ACCESS, transport=self._transport)


SETTINGS = ConnectionSettings(name="test", kubeconfig=Path("unused"), limits=FAST)
ACCESS = Access(server="http://fake", credentials=StaticCredential(ClientCredential()))


class RealCluster:
    """A real API server."""

    def __init__(self, server: ApiServer, folder: Path) -> None:
        self.server = server
        self.http: httpx2.Client = server.http()
        self._folder = folder

    def put(self, kind: ResourceKind | str, manifest: dict[str, Any]) -> None:
        kind = kind if isinstance(kind, ResourceKind) else KINDS[kind]
        body = {"apiVersion": kind.api_version, "kind": kind.kind, **manifest}
        write(self.http, kind.path(manifest["metadata"].get("namespace", "")), body)

    def delete(self, kind: str, key: str) -> None:
        namespace, _, name = key.rpartition("/")
        path = KINDS[kind].path(namespace, name)
        answer = self.http.delete(path, params={"gracePeriodSeconds": "0"})
        assert answer.status_code < 300, answer.text

    def client(self, *, limited: bool = False) -> KubernetesClient:
        return KubernetesClient(self._settings(limited=limited))

    def connection(self, rights: RightsSource = RightsSource.CONSOLE) -> KubernetesConnection:
        return KubernetesConnection(self._settings().model_copy(update={"rights": rights}))

    async def forget_history(self) -> None:
        """A new API server's watch cache starts at the present version."""
        self.server.kill()
        await asyncio.to_thread(self.server.start)

    def grant(self, subject: Subject, namespace: str, plural: str, *verbs: str) -> None:
        """A role and its binding in the namespace, in force at the next request but one."""
        root = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}"
        resource, _, below = plural.partition("/")
        name = unique("r")
        rules = [{"apiGroups": [""], "resources": [plural], "verbs": list(verbs)}]
        write(self.http, f"{root}/roles", {"metadata": {"name": name}, "rules": rules})
        group = "rbac.authorization.k8s.io"
        subjects = [{"kind": subject.kind, "name": subject.name, "apiGroup": group}]
        reference = {"kind": "Role", "name": name, "apiGroup": group}
        binding = {"metadata": {"name": name}, "subjects": subjects, "roleRef": reference}
        write(self.http, f"{root}/rolebindings", binding)
        spec = {
            "resourceAttributes": {
                "namespace": namespace,
                "verb": verbs[0],
                "resource": resource,
                "subresource": below,
            },
            **({"user": subject.name} if subject.kind == "User" else {"user": "x"}),
            **({"groups": [subject.name]} if subject.kind == "Group" else {}),
        }
        review = "/apis/authorization.k8s.io/v1/subjectaccessreviews"
        deadline = time.monotonic() + 60
        while not self.http.post(review, json={"spec": spec}).json()["status"]["allowed"]:
            assert time.monotonic() < deadline, "the binding is not in force"
            time.sleep(0.02)

    def token(self) -> UserToken:
        return UserToken(LIMITED)

    async def settled(self, definition: str) -> None:
        """Wait until the custom kind is served."""
        path = KINDS["customresourcedefinitions"].path("", definition)
        spec = self.http.get(path).json()["spec"]
        served = f"/apis/{spec['group']}/v1/{spec['names']['plural']}"
        async with asyncio.timeout(60):
            while self.http.get(served).status_code != 200:  # as above
                await asyncio.sleep(0.05)

    def _settings(self, *, limited: bool = False) -> ConnectionSettings:
        path = self._folder / f"kubeconfig-{limited}"
        kubeconfig = (
            self.server.kubeconfig(path, LIMITED) if limited else self.server.kubeconfig(path)
        )
        return ConnectionSettings(name="test", kubeconfig=kubeconfig, limits=FAST)


def pod(namespace: str, name: str, **labels: str) -> dict[str, Any]:
    return {
        "metadata": {"namespace": namespace, "name": name, "labels": labels},
        "spec": {"containers": [{"name": "main", "image": "web:1"}]},
    }


WIDGETS = ResourceKind("widgets", "Widget", "example.test", "v1", Metadata)
WIDGET_DEFINITION: dict[str, Any] = {
    "metadata": {"name": "widgets.example.test"},
    "spec": {
        "group": "example.test",
        "scope": "Namespaced",
        "names": {"plural": "widgets", "singular": "widget", "kind": "Widget", "listKind": "WL"},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "x-kubernetes-preserve-unknown-fields": True,
                    }
                },
            }
        ],
    },
}
