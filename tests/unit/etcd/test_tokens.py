"""The connection's own token: asked for no oftener than it has to be."""

import asyncio

from integrations.contract import UpstreamDenied
from integrations.etcd.settings import EtcdSettings
from integrations.etcd.tokens import Tokens

ENDPOINT = "http://127.0.0.1:2379"
SETTINGS = EtcdSettings(name="a", endpoints=(ENDPOINT,), username="viewer", password="reading")


def signing_in(answers):
    """Tokens over a cluster that gives `answers` one after another, and the questions so far."""
    asked = []

    async def authenticate(endpoint, name, password):
        asked.append((endpoint, name, password))
        answer = answers[min(len(asked), len(answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer

    return Tokens(SETTINGS, "etcd", authenticate), asked


async def test_a_refused_sign_in_is_not_repeated_by_each_call():
    tokens, asked = signing_in([UpstreamDenied("etcd", "sign-in failed: no")])
    answers = await asyncio.gather(
        *(tokens.get(ENDPOINT) for _ in range(20)), return_exceptions=True
    )
    assert [str(answer) for answer in answers] == [str(answers[0])] * 20
    assert all(isinstance(answer, UpstreamDenied) for answer in answers)
    assert len(asked) == 1


async def test_a_cluster_without_authentication_is_asked_once():
    tokens, asked = signing_in(["", "later"])
    assert [await tokens.get(ENDPOINT) for _ in range(5)] == [""] * 5
    assert len(asked) == 1
    tokens.forget("")  # it was switched on meanwhile: the call without token was refused
    assert await tokens.get(ENDPOINT) == "later"


async def test_a_token_is_asked_for_anew_only_when_it_is_the_one_refused():
    tokens, asked = signing_in(["first", "second"])
    assert await tokens.get(ENDPOINT) == "first"
    tokens.forget("older")
    assert await tokens.get(ENDPOINT) == "first"
    tokens.forget("first")
    assert await tokens.get(ENDPOINT) == "second"
    assert len(asked) == 2
