"""Acting as the caller: rights, refusals and reviews, on the fake and the real server alike."""

from __future__ import annotations

import asyncio

import pytest

from integrations.caller import Impersonation, UserPassword, UserToken
from integrations.contract import CallerDenied, ConfigurationError, UpstreamDenied
from integrations.kubernetes import KINDS
from integrations.kubernetes.reviews import AccessReviews, Attributes
from tests.contract.kubernetes.harness import Cluster, Subject, pod, unique

PODS = KINDS["pods"]


@pytest.fixture
def namespace(cluster: Cluster) -> str:
    name = unique("ns")
    cluster.put("namespaces", {"metadata": {"name": name}})
    cluster.put("pods", pod(name, "web", app="web"))
    return name


@pytest.fixture
async def client(cluster: Cluster):
    client = cluster.client()
    yield client
    await client.aclose()


def maya(*groups: str) -> Impersonation:
    return Impersonation(f"craton:{unique('maya')}", groups)


async def test_without_a_right_the_refusal_names_it(client, namespace):
    caller = maya("craton:devs")
    with pytest.raises(CallerDenied) as refused:
        await client.get(PODS, namespace, "web", as_=caller)
    assert refused.value.missing == f"get pods in the namespace {namespace}"
    assert f"{caller.user} lacks the permission to get pods" in refused.value.message
    with pytest.raises(CallerDenied) as refused:
        await client.list_page(PODS, namespace, as_=caller)
    assert refused.value.missing == f"list pods in the namespace {namespace}"
    with pytest.raises(CallerDenied) as refused:
        await client.get(KINDS["nodes"], "", "any", as_=caller)
    assert refused.value.missing == "get nodes in the whole cluster"
    found = await client.get(PODS, namespace, "web")
    assert found.metadata.name == "web", "the connection itself still may"


async def test_with_the_right_it_is_read(cluster, client, namespace):
    caller = maya()
    cluster.grant(Subject("User", caller.user), namespace, "pods", "get", "list")
    assert (await client.get(PODS, namespace, "web", as_=caller)).metadata.name == "web"
    assert len((await client.list_page(PODS, namespace, as_=caller)).items) == 1
    assert "name: web" in await client.yaml(PODS, namespace, "web", as_=caller)
    with pytest.raises(CallerDenied):
        await client.events_of(namespace, "web", as_=caller)


async def test_groups_count_and_commas_are_part_of_their_names(cluster, client, namespace):
    group = unique("craton:a,b")
    cluster.grant(Subject("Group", group), namespace, "pods", "get")
    await client.get(PODS, namespace, "web", as_=maya("craton:other", group))
    with pytest.raises(CallerDenied):
        await client.get(PODS, namespace, "web", as_=maya(*group.split(",")))


async def test_a_connection_that_may_not_impersonate_says_so(cluster, namespace):
    limited = cluster.client(limited=True)
    with pytest.raises(UpstreamDenied, match="may not act as craton:maya") as refused:
        await limited.get(PODS, namespace, "web", as_=Impersonation("craton:maya"))
    assert not isinstance(refused.value, CallerDenied), "it is not the person who lacks a right"
    assert "impersonate" in refused.value.message
    await limited.aclose()


async def test_the_users_own_token_is_sent_alone(cluster, client, namespace):
    token = cluster.token()
    with pytest.raises(CallerDenied) as refused:
        await client.get(PODS, namespace, "web", as_=token)
    assert refused.value.missing == f"get pods in the namespace {namespace}"
    assert "limited lacks" in refused.value.message
    cluster.grant(Subject("User", "limited"), namespace, "pods", "get")
    await client.get(PODS, namespace, "web", as_=token)
    with pytest.raises(CallerDenied, match="not accepted"):
        await client.get(PODS, namespace, "web", as_=UserToken("no-such-token"))
    with pytest.raises(ConfigurationError):
        await client.get(PODS, namespace, "web", as_=UserPassword("maya", "secret"))


async def test_reviews_decide_as_the_server_does(cluster, client, namespace):
    caller = maya()
    cluster.grant(Subject("User", caller.user), namespace, "pods", "get")
    reviews = AccessReviews(client.api)
    reading = Attributes("get", "pods", namespace=namespace, name="web")
    allowed = await reviews.decide(caller, reading)
    assert allowed.allowed
    assert "RBAC: allowed" in allowed.reason
    for refused in (
        Attributes("delete", "pods", namespace=namespace, name="web"),
        Attributes("get", "secrets", namespace=namespace),
        Attributes("get", "pods"),
    ):
        verdict = await reviews.decide(caller, refused)
        assert (verdict.allowed, verdict.failed) == (False, False)
    rules, _ = await reviews.rules(caller, namespace)
    assert any("get" in rule.verbs and "pods" in (rule.resources or ()) for rule in rules)
    own = await reviews.decide(cluster.token(), reading)
    assert not own.allowed
    await reviews.aclose()


async def test_what_cannot_be_asked_is_a_refusal(cluster, namespace):
    client = cluster.client(limited=True)
    await client.aclose()
    reviews = AccessReviews(client.api)
    verdict = await reviews.decide(maya(), Attributes("get", "pods", namespace=namespace))
    assert (verdict.allowed, verdict.failed) == (False, True)
    assert "could not be asked" in verdict.reason


async def test_those_who_ask_together_share_one_review(cluster, client, namespace):
    asked = []

    class Counting:
        async def request(self, *given, **named):
            asked.append(given)
            return await client.api.request(*given, **named)

    reviews = AccessReviews(Counting())  # type: ignore[arg-type]  # stands in front of the real one
    caller = maya()
    reading = Attributes("list", "pods", namespace=namespace)
    first = asyncio.create_task(reviews.decide(caller, reading))
    await asyncio.sleep(0)
    first.cancel()
    verdicts = await asyncio.gather(*(reviews.decide(caller, reading) for _ in range(20)))
    assert len(set(verdicts)) == 1
    assert len(asked) == 1
    await reviews.decide(caller, reading)
    assert len(asked) == 1, "remembered"
    deleting = Attributes("delete", "pods", namespace=namespace)
    await reviews.decide(caller, deleting)
    await reviews.decide(caller, deleting)
    assert len(asked) == 3, "what changes something is asked each time"
    reviews.clear()
    await reviews.decide(caller, reading)
    assert len(asked) == 4
