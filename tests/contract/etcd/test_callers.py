"""Reading as an etcd user of the caller, on the fake and on real members alike."""

import pytest

from integrations.caller import Impersonation, UserPassword, UserToken
from integrations.contract import CallerDenied, ConfigurationError, NotFound

ROOT = {"username": "root", "password": "root-password"}
MAYA = UserPassword("maya", "secret")


async def test_a_user_reads_below_their_prefix_and_nowhere_else(store, connect):
    await store.put(b"/app/a", b"1")
    await store.put(b"/other/b", b"2")
    await store.allow("maya", "secret", "/app/")
    client = connect(**ROOT).client
    held, _ = await client.value(b"/app/a", as_=MAYA)
    assert held.value == b"1"
    with pytest.raises(NotFound):
        await client.value(b"/app/absent", as_=MAYA)
    with pytest.raises(CallerDenied, match="permission denied"):
        await client.value(b"/other/b", as_=MAYA)
    page = await client.keys(b"/app/", None, 0, as_=MAYA)
    assert [kv.key for kv in page.kvs] == [b"/app/a"]
    with pytest.raises(CallerDenied):
        await client.keys(b"", None, 0, as_=MAYA)
    held, _ = await client.value(b"/other/b")
    assert held.value == b"2", "the connection itself still may"


async def test_who_cannot_sign_in_is_told_so(store, connect):
    await store.allow("maya", "secret", "/app/")
    client = connect(**ROOT).client
    with pytest.raises(CallerDenied, match="sign-in failed"):
        await client.value(b"/app/a", as_=UserPassword("maya", "wrong"))
    with pytest.raises(CallerDenied):
        await client.value(b"/app/a", as_=UserToken("no.such"))
    with pytest.raises(ConfigurationError):
        await client.value(b"/app/a", as_=Impersonation("craton:maya"))
