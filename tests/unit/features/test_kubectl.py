"""kubectl through the console: what is passed on, and by which right."""

from __future__ import annotations

import httpx2
import pytest

from auth.scope import organisation
from auth.verb import Verb
from backend.features.cluster.kubectl.asked import Asked, Discovery, NotPassed, read_path
from backend.features.cluster.kubectl.deciding import needs
from tests.console import ConsoleApp

PODS = "/api/v1/namespaces/shop/pods"


@pytest.mark.parametrize(
    ("method", "path", "query", "found"),
    [
        ("GET", PODS, "", ("list", "pods", "shop", "", "")),
        ("GET", PODS, "watch=true", ("watch", "pods", "shop", "", "")),
        ("GET", PODS, "watch=false", ("list", "pods", "shop", "", "")),
        ("GET", f"{PODS}/web", "", ("get", "pods", "shop", "web", "")),
        ("GET", f"{PODS}/web", "watch=1", ("watch", "pods", "shop", "web", "")),
        ("GET", f"{PODS}/web/log", "follow=true", ("get", "pods", "shop", "web", "log")),
        ("POST", PODS, "", ("create", "pods", "shop", "", "")),
        ("PATCH", f"{PODS}/web", "", ("patch", "pods", "shop", "web", "")),
        ("DELETE", f"{PODS}/web", "", ("delete", "pods", "shop", "web", "")),
        ("DELETE", PODS, "", ("deletecollection", "pods", "shop", "", "")),
        ("GET", "/api/v1/pods", "", ("list", "pods", "", "", "")),
        ("GET", "/api/v1/namespaces", "", ("list", "namespaces", "", "", "")),
        ("GET", "/api/v1/namespaces/shop", "", ("get", "namespaces", "shop", "shop", "")),
        (
            "PUT",
            "/api/v1/namespaces/shop/finalize",
            "",
            ("update", "namespaces", "shop", "shop", "finalize"),
        ),
        (
            "PATCH",
            "/apis/apps/v1/namespaces/shop/deployments/web/scale",
            "",
            ("patch", "deployments", "shop", "web", "scale"),
        ),
    ],
)
def test_paths(method: str, path: str, query: str, found: tuple[str, ...]) -> None:
    asked = read_path(method, path, query)
    assert isinstance(asked, Asked)
    told = (asked.verb, asked.resource, asked.namespace, asked.name, asked.subresource)
    assert told == found
    assert asked.path == path


@pytest.mark.parametrize("path", ["/api", "/apis", "/api/v1", "/apis/apps/v1", "/version"])
def test_discovery_is_everybodys(path: str) -> None:
    assert read_path("GET", path, "") == Discovery(path)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/namespaces/shop/../kube-system/secrets"),
        ("GET", "/api/v1/namespaces/shop/%2e%2e/pods"),
        ("GET", "/api/v1//pods"),
        ("GET", "/api/v1/namespaces/shop/services/web/proxy"),
        ("GET", "/api/v1/namespaces/shop/services/web/proxy/admin"),
        ("GET", "/api/v1/nodes/n1/proxy/pods"),
        ("GET", "/api/v1/namespaces/shop/pods/web/portforward"),
        ("GET", "/api/v1/namespaces/shop/pods/web/exec"),
        ("POST", "/api/v1/namespaces/shop/pods/web/attach"),
        ("POST", "/api/v1/namespaces/shop/serviceaccounts/robot/token"),
        ("GET", "/api/v1/watch/namespaces/shop/secrets"),
        ("GET", "/metrics"),
        ("GET", "/logs/kube-apiserver.log"),
        ("POST", "/api"),
        ("HEAD", PODS),
        ("OPTIONS", PODS),
        ("GET", ""),
    ],
)
def test_what_leads_past_the_console_is_not_passed_on(method: str, path: str) -> None:
    with pytest.raises(NotPassed):
        read_path(method, path, "")


@pytest.mark.parametrize(
    ("method", "path", "found"),
    [
        ("GET", PODS, [("pod", Verb.LIST)]),
        ("GET", f"{PODS}/web/log", [("pod", Verb.LOGS)]),
        ("PATCH", f"{PODS}/web/ephemeralcontainers", [("pod", Verb.EXEC)]),
        ("POST", f"{PODS}/web/eviction", [("pod", Verb.EVICT)]),
        ("POST", f"{PODS}/web/binding", [("pod", Verb.UPDATE)]),
        ("DELETE", PODS, [("pod", Verb.DELETE), ("pod", Verb.LIST)]),
        (
            "PATCH",
            "/apis/apps/v1/namespaces/shop/deployments/web/scale",
            [("workload", Verb.SCALE)],
        ),
        (
            "GET",
            "/api/v1/namespaces/shop/secrets/key",
            [("secret", Verb.GET), ("secret", Verb.REVEAL)],
        ),
        (
            "PATCH",
            "/api/v1/namespaces/shop/secrets/key",
            [("secret", Verb.UPDATE), ("secret", Verb.REVEAL)],
        ),
        (
            "POST",
            "/apis/rbac.authorization.k8s.io/v1/clusterroles",
            [("cluster-access", Verb.CREATE)],
        ),
        ("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", []),
    ],
)
def test_rights(method: str, path: str, found: list[tuple[str, Verb]]) -> None:
    asked = read_path(method, path, "")
    assert isinstance(asked, Asked)
    assert needs(asked) == found


@pytest.mark.parametrize(
    "query",
    ["watch", "watch=", "watch=f", "watch=no", "watch=True", "watch=true&watch=false",
     "watch=false&watch=false", "follow", "follow=yes", "follow=1&follow=0"],
)  # fmt: skip
@pytest.mark.parametrize("path", [PODS, f"{PODS}/web/log", "/apis/apps/v1"])
def test_what_the_cluster_might_take_for_a_watch_is_refused(path: str, query: str) -> None:
    """It takes the first of several, and an empty one for yes."""
    with pytest.raises(NotPassed) as refused:
        read_path("GET", path, query)
    assert refused.value.code == 400


@pytest.mark.parametrize(("query", "verb"), [("watch=1", "watch"), ("watch=0", "list")])
def test_a_number_says_it_too(query: str, verb: str) -> None:
    asked = read_path("GET", PODS, query)
    assert isinstance(asked, Asked)
    assert asked.verb == verb


APPLY = "application/apply-patch+yaml"
UPDATE, CREATE = ("configmap", Verb.UPDATE), ("configmap", Verb.CREATE)
MAP = "/api/v1/namespaces/shop/configmaps/made"


@pytest.mark.parametrize(
    ("method", "path", "content", "found"),
    [
        ("PATCH", MAP, APPLY, [UPDATE, CREATE]),
        ("PATCH", MAP, "Application/Apply-Patch+YAML; charset=utf-8", [UPDATE, CREATE]),
        ("PATCH", MAP, "application/merge-patch+json", [UPDATE]),
        ("PATCH", MAP, "application/strategic-merge-patch+json", [UPDATE]),
        ("PATCH", MAP, "application/json-patch+json", [UPDATE]),
        ("PATCH", f"{PODS}/web/status", APPLY, [("pod", Verb.UPDATE)]),
    ],
)
def test_what_is_applied_may_be_created(
    method: str, path: str, content: str, found: list[tuple[str, Verb]]
) -> None:
    asked = read_path(method, path, "", content)
    assert isinstance(asked, Asked)
    assert (asked.verb, needs(asked)) == ("patch", found)


async def ask(console: ConsoleApp, path: str, **headers: str) -> httpx2.Response:
    caller = console.caller()
    for name in ("x-craton-request", "origin"):
        del caller.headers[name]
    return await caller.get(f"http://127.0.0.1:8080{path}", headers=headers)


async def test_strangers_and_cookies_get_nothing(console: ConsoleApp) -> None:
    """A page in a browser cannot ask: no cookie counts here."""
    owner = await console.owner()
    path = "/kube/local/api/v1/pods"
    assert (await ask(console, path)).status_code == 401
    with_cookie = await owner.get(f"http://127.0.0.1:8080{path}")
    assert with_cookie.status_code == 401
    wrong = await ask(console, path, authorization="Bearer craton_x")
    assert (wrong.status_code, wrong.json()["kind"]) == (401, "Status")


async def test_a_cluster_one_may_not_see_is_not_there(console: ConsoleApp) -> None:
    owner = await console.owner()
    made = await owner.post("/tokens", json={"name": "t", "rights": ["*:*"]})
    bearer = f"Bearer {made.json()['secret']}"
    missing = await ask(console, "/kube/none/api/v1/pods", authorization=bearer)
    assert missing.status_code == 404
    assert (await owner.get("/clusters/none/kubeconfig")).status_code == 404
    nobody = await console.member("nobody", ("viewer", (*organisation("main"), "etcd", "e1")))
    assert (await nobody.get("/clusters/none/kubeconfig")).status_code == 404
