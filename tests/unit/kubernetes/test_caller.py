"""What may be sent as a caller, and where a request may go."""

from __future__ import annotations

import httpx2
import pytest

from integrations.caller import Impersonation, InvalidCaller, UserPassword, UserToken
from integrations.contract import ConfigurationError, UpstreamRefused
from integrations.kubernetes.api_client import ApiClient
from integrations.kubernetes.auth.access import Access, ClientCredential, StaticCredential
from integrations.kubernetes.settings import Limits

BAD_NAMES = (
    "", " ", "   ", " maya", "maya ", "ma\nya", "ma\rya", "ma\0ya", "ma\tya", "mäya", "\x7f",
    "system:admin", "System:masters", "system:", "m" * 257, "maya\r\nImpersonate-Group: x",
)  # fmt: skip


@pytest.mark.parametrize("name", BAD_NAMES)
def test_names_that_must_not_be_sent_are_refused(name):
    with pytest.raises(InvalidCaller):
        Impersonation(name)
    with pytest.raises(InvalidCaller):
        Impersonation("craton:maya", (name,))
    with pytest.raises(InvalidCaller):
        UserPassword(name, "secret")


@pytest.mark.parametrize("token", ["", " ", "a b", "a\r\nX: y", "ä", "x" * 20_000])
def test_tokens_that_must_not_be_sent_are_refused(token):
    with pytest.raises(InvalidCaller):
        UserToken(token)


def test_callers_show_no_secret_and_are_told_apart():
    assert "s3cret" not in repr(UserToken("s3cret")) + repr(UserPassword("maya", "s3cret"))
    assert "s3cret" not in UserToken("s3cret").key + UserPassword("maya", "s3cret").key
    one, other = Impersonation("a", ("b", "c")), Impersonation("a", ("c", "b"))
    assert one.key == other.key
    keys = {one.key, Impersonation("a", ("b",)).key, Impersonation("a").key, UserToken("a").key}
    assert len(keys) == 4


class Echo:
    """Remembers the requests it was sent."""

    def __init__(self) -> None:
        self.requests: list[httpx2.Request] = []
        self.transport = httpx2.MockTransport(self._answer)

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        return httpx2.Response(200, json={})


def api(echo: Echo, access: Access) -> ApiClient:
    async def load() -> Access:
        return access

    return ApiClient("c", load, Limits(), transport=echo.transport)


async def test_headers_are_made_from_the_caller_alone():
    echo = Echo()
    access = Access("http://c", StaticCredential(ClientCredential(token="own")))
    client = api(echo, access)
    await client.get("/api/v1/pods", as_=Impersonation("craton:maya", ("craton:a", "craton:b")))
    await client.get("/api/v1/pods", as_=UserToken("theirs"))
    await client.get("/api/v1/pods")
    sent = [r.headers for r in echo.requests]
    assert sent[0].get_list("impersonate-user") == ["craton:maya"]
    assert sent[0].get_list("impersonate-group") == ["craton:a", "craton:b"]
    assert [h["authorization"] for h in sent] == ["Bearer own", "Bearer theirs", "Bearer own"]
    assert not any(name.startswith("impersonate") for h in sent[1:] for name in h)
    await client.aclose()


async def test_a_connection_that_acts_as_somebody_cannot_act_as_another():
    echo = Echo()
    access = Access(
        "http://c", StaticCredential(ClientCredential()), headers=[("Impersonate-User", "robot")]
    )
    client = api(echo, access)
    await client.get("/api/v1/pods")
    assert echo.requests[0].headers["impersonate-user"] == "robot"
    with pytest.raises(ConfigurationError, match="already acts"):
        await client.get("/api/v1/pods", as_=Impersonation("craton:maya"))
    assert len(echo.requests) == 1
    await client.aclose()


@pytest.mark.parametrize(
    "path",
    ["/api/../x", "/api/v1/namespaces/../x", "//x", "/a//b", "/a/%2e%2e/b", "/a?x=1", "/a#b",
     "/a\\b", "/a;b", "/a b", "", "a", "/ä", "/a/", "/a\n", "http://elsewhere/x"],
)  # fmt: skip
async def test_a_path_never_leads_elsewhere(path):
    echo = Echo()
    client = api(echo, Access("http://c", StaticCredential(ClientCredential())))
    with pytest.raises(UpstreamRefused):
        await client.get(path)
    assert echo.requests == []
    await client.aclose()
