"""A real directory asked: who gets in, in which groups, and over which connection (C11, C14)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import pytest

from auth.ldap.problems import NotAccepted, Unusable
from auth.ldap.provider import LdapProvider
from auth.person import Person
from backend.providers.ldap import directories, servers
from backend.providers.ldap.directories import Directories, Looked, NoPlace
from backend.providers.ldap.servers import Servers
from backend.providers.outward import Unreachable
from backend.providers.refreshing import Refreshing
from backend.settings import Settings
from tests.ports import free_port
from tests.slapd import BASE, PASSWORD, SEARCHER, Slapd

LISTED = {"connection_networks": ("127.0.0.0/8",)}


def named(word: str) -> str:
    """A name that no other test has."""
    return f"{word}{uuid4().hex[:12]}"


async def uncounted(subject: str) -> None:
    """Guesses are counted where people sign in."""


@pytest.fixture
def asked(tmp_path: Path) -> Directories:
    return Directories(Servers(Settings(home=tmp_path)))


async def entered(
    asked: Directories, directory: Slapd, login: str, password: str = PASSWORD, **more: Any
) -> Looked:
    provider = LdapProvider(**directory.settings(**more))
    return await asked.sign_in(provider, login, password, declared=True, found=uncounted)


async def refused(
    asked: Directories, directory: Slapd, login: str, password: str = PASSWORD, **more: Any
) -> str:
    with pytest.raises(NotAccepted) as error:
        await entered(asked, directory, login, password, **more)
    return str(error.value)


async def test_people_who_sign_in_take_no_place_of_the_refresh(
    asked: Directories, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sign-ins of strangers at a slow directory kept it from asking who is still let in."""
    monkeypatch.setattr(directories, "WAIT_SECONDS", 0.01)
    gone = LdapProvider(
        name="corp", servers=[f"ldap://127.0.0.1:{free_port()}"], people_base=BASE,
        unique="entryUUID",
    )  # fmt: skip
    for _ in range(directories.MOST_AT_ONCE):
        await asked._places.acquire()
    with pytest.raises(NoPlace):
        await asked.sign_in(gone, "ada", PASSWORD, declared=True, found=uncounted)
    with pytest.raises(Unreachable) as found:
        await asked.present(gone, "subject", declared=True)
    assert not isinstance(found.value, NoPlace)
    silent = set[str]()
    refreshing = Refreshing(cast("Any", None), cast("Any", None), "main")
    refreshing._not_asked("corp", NoPlace("no place"), silent)
    assert not silent, "a console that is busy is no provider that is silent"
    refreshing._not_asked("corp", found.value, silent)
    assert silent == {"corp"}


async def test_a_person_is_found_by_user_name_or_address(
    asked: Directories, directory: Slapd
) -> None:
    ada = named("ada")
    directory.person(ada)
    by_name = await entered(asked, directory, ada)
    by_address = await entered(asked, directory, f"{ada}@example.test")
    assert by_name.person == by_address.person
    assert (by_name.person.login, by_name.person.email) == (ada, f"{ada}@example.test")
    assert len(by_name.person.subject) == 36
    assert PASSWORD not in str(by_name.attributes)


async def test_who_is_renamed_stays_who_they_are(asked: Directories, directory: Slapd) -> None:
    ada, countess = named("ada"), named("countess")
    dn = directory.person(ada)
    before = (await entered(asked, directory, ada)).person
    directory.change(f"dn: {dn}\nchangetype: modrdn\nnewrdn: uid={countess}\ndeleteoldrdn: 1\n")
    after = (await entered(asked, directory, countess)).person
    assert (after.login, after.subject) == (countess, before.subject)


async def test_c11_a_wrong_an_empty_and_a_made_up_one_are_refused(
    asked: Directories, directory: Slapd
) -> None:
    ada = named("ada")
    directory.person(ada)
    assert "result 49" in await refused(asked, directory, ada, "wrong")
    assert "no password" in await refused(asked, directory, ada, "")
    assert "does not know" in await refused(asked, directory, named("nobody"))
    assert "no user name" in await refused(asked, directory, "")


@pytest.mark.parametrize(
    "typed", ["*", "ada*", "*)(uid=*", "(|(uid=*))", "\\2a", "ada)(cn=*", "\0"]
)
async def test_c11_nothing_typed_becomes_a_part_of_the_filter(
    asked: Directories, directory: Slapd, typed: str
) -> None:
    directory.person(named("ada"))
    assert "does not know" in await refused(asked, directory, typed)


async def test_of_two_with_one_name_nobody_is_meant(asked: Directories, directory: Slapd) -> None:
    both = f"{named('shared')}@example.test"
    for _ in range(2):
        directory.person(named("twin"), mail=both)
    assert "does not know" in await refused(asked, directory, both)


async def test_c11_disabled_expired_and_locked_accounts_are_refused(
    asked: Directories, directory: Slapd
) -> None:
    expired, locked, fresh, tired = (named(word) for word in ("old", "locked", "new", "tired"))
    directory.person(expired, shadowExpire="1")
    directory.set(directory.person(locked), "pwdAccountLockedTime", "000001010000Z")
    directory.set(directory.person(fresh), "pwdReset", "TRUE")
    directory.person(tired)
    assert "shadowExpire" in await refused(asked, directory, expired)
    assert "locked" in await refused(asked, directory, locked)
    assert "changed first" in await refused(asked, directory, fresh)
    for _ in range(3):
        await refused(asked, directory, tired, "wrong")
    assert "locked" in await refused(asked, directory, tired)


@pytest.mark.parametrize("by", ["member", "memberof"])
async def test_groups_are_read_with_those_they_belong_to_and_circles_end(
    asked: Directories, directory: Slapd, by: str
) -> None:
    ada, inner, middle, outer, other = (named(word) for word in ("ada", "in", "mid", "out", "x"))
    dn = directory.person(ada)
    first = directory.group(inner, dn)
    second = directory.group(middle, first)
    third = directory.group(outer, second)
    directory.group(other)
    directory.join(third, inner)  # a circle
    nested = (await entered(asked, directory, ada, groups_by=by)).person
    assert set(nested.groups) == {inner, middle, outer}
    assert not nested.too_many
    alone = (await entered(asked, directory, ada, groups_by=by, nested=False)).person
    assert alone.groups == (inner,)
    none = (await entered(asked, directory, ada, groups_by="none")).person
    assert none.groups == ()


async def test_groups_elsewhere_in_the_directory_do_not_count(
    asked: Directories, directory: Slapd
) -> None:
    """Who may make groups below another place must not get the rights of one of ours."""
    ada, ours = named("ada"), named("ours")
    dn = directory.person(ada)
    directory.change(
        f"dn: cn={ours},ou=people,{BASE}\nchangetype: add\n"
        f"objectClass: groupOfNames\nmember: {dn}\n"
    )
    for by in ("member", "memberof"):
        assert (await entered(asked, directory, ada, groups_by=by)).person.groups == ()


async def test_more_entries_than_a_page_are_read_and_more_than_a_thousand_are_not(
    asked: Directories, directory: Slapd
) -> None:
    ada = named("ada")
    dn = directory.person(ada)
    names = {named(f"many{number}-") for number in range(3)}
    for name in names:
        directory.group(name, dn)
    assert set((await entered(asked, directory, ada)).person.groups) == names
    provider = LdapProvider(**directory.settings(people_base=f"ou=crowd,{BASE}"))
    told = await asked.told(provider, directory.secure, declared=True)
    assert (told.people, told.more) == (1000, ("people",))


async def test_the_present_state_is_read_without_a_password(
    asked: Directories, directory: Slapd
) -> None:
    ada, ops = named("ada"), named("ops")
    dn = directory.person(ada)
    directory.group(ops, dn)
    provider = LdapProvider(**directory.settings())
    subject = (await entered(asked, directory, ada)).person.subject

    async def now() -> Person:
        return await asked.present(provider, subject, declared=True)

    assert (await now()).groups == (ops,)
    directory.join(SEARCHER, ops)
    directory.leave(dn, ops)
    assert (await now()).groups == ()
    directory.set(dn, "pwdAccountLockedTime", "000001010000Z")
    with pytest.raises(NotAccepted, match="locked"):
        await now()
    directory.remove(dn)
    with pytest.raises(NotAccepted, match="any more"):
        await now()


async def test_a_password_is_confirmed_for_its_own_person_only(
    asked: Directories, directory: Slapd
) -> None:
    ada = named("ada")
    directory.person(ada)
    provider = LdapProvider(**directory.settings())
    subject = (await entered(asked, directory, ada)).person.subject
    await asked.confirm(provider, subject, PASSWORD, declared=True)
    for wrong in ("", "wrong"):
        with pytest.raises(NotAccepted):
            await asked.confirm(provider, subject, wrong, declared=True)
    with pytest.raises(NotAccepted):
        await asked.confirm(provider, named("somebody-else"), PASSWORD, declared=True)


async def test_c11_tls_is_verified_by_the_chosen_authority_and_the_host_name(
    asked: Directories, directory: Slapd
) -> None:
    ada = named("ada")
    directory.person(ada)
    begun = await entered(asked, directory, ada, servers=[directory.plain])
    assert begun.person.login == ada
    plain = await entered(asked, directory, ada, servers=[directory.plain], starttls=False)
    assert plain.person == begun.person
    for server in (directory.plain, directory.secure):
        with pytest.raises(Unreachable, match=r"(?i)certificate"):
            await entered(asked, directory, ada, servers=[server], ca="")
        by_name = server.replace("127.0.0.1", "localhost")
        with pytest.raises(Unreachable, match=r"(?i)certificate|hostname"):
            await entered(asked, directory, ada, servers=[by_name])
    with pytest.raises(Unusable, match="CA certificate"):
        await entered(asked, directory, ada, ca="no certificate")


async def test_another_server_is_asked_where_the_first_is_silent(
    asked: Directories, directory: Slapd
) -> None:
    ada = named("ada")
    directory.person(ada)
    gone = f"ldaps://127.0.0.1:{free_port()}"
    provider = LdapProvider(**directory.settings(servers=[gone, directory.secure]))
    for _ in range(2):
        looked = await asked.sign_in(provider, ada, PASSWORD, declared=True, found=uncounted)
        assert looked.person.login == ada
    with pytest.raises(Unreachable, match=gone):
        await entered(asked, directory, ada, servers=[gone])


async def test_an_account_that_may_not_search_is_told_at_its_field(
    asked: Directories, directory: Slapd
) -> None:
    ada = named("ada")
    directory.person(ada)
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("bind_dn", {"bind_password": "wrong"}), ("bind_dn", {"bind_dn": f"cn=no,{BASE}"}),
        ("bind_password", {"bind_password": ""}),
    ]  # fmt: skip
    for field, change in wrong:
        with pytest.raises(Unusable) as unusable:
            await entered(asked, directory, ada, **change)
        assert unusable.value.field == field
    for base in ("people_base", "groups_base"):
        provider = LdapProvider(**directory.settings(**{base: f"ou=none,{BASE}"}))
        with pytest.raises(Unusable, match="not there") as unusable:
            await asked.told(provider, directory.secure, declared=True)
        assert unusable.value.field == base


async def test_a_test_tells_of_the_connection_and_counts(
    asked: Directories, directory: Slapd
) -> None:
    directory.person(named("ada"))
    directory.group(named("ops"))
    told = await asked.told(LdapProvider(**directory.settings()), directory.secure, declared=True)
    assert told.tls.startswith("TLSv1.")
    assert "directory.example.test" in told.certificate
    assert told.expires
    assert told.people >= 1
    assert told.groups >= 1


async def test_c14_only_addresses_the_operator_allows_are_asked(
    directory: Slapd, tmp_path: Path
) -> None:
    """What was typed in the console is not allowed by being written."""
    typed = LdapProvider(**directory.settings())
    strict = Directories(Servers(Settings(home=tmp_path)))
    with pytest.raises(Unreachable, match=r"leads to 127\.0\.0\.1"):
        await strict.sign_in(typed, "ada", PASSWORD, declared=False, found=uncounted)
    listed = Servers(Settings(home=tmp_path, **LISTED))
    with pytest.raises(NotAccepted):
        await Directories(listed).sign_in(
            typed, named("ada"), PASSWORD, declared=False, found=uncounted
        )
    plain = LdapProvider(**directory.settings(servers=[directory.plain], starttls=False))
    with pytest.raises(Unreachable, match="without TLS"):
        await Directories(listed).sign_in(plain, "ada", PASSWORD, declared=False, found=uncounted)
    metadata = LdapProvider(**directory.settings(servers=["ldaps://169.254.169.254"]))
    with pytest.raises(Unreachable, match="link-local"):
        await Directories(listed).sign_in(metadata, "ada", PASSWORD, declared=True, found=uncounted)


@asynccontextmanager
async def impostor(answer: bytes | None) -> AsyncIterator[int]:
    """The port of a server that answers the first thing it hears with this and leaves; with None
    it stays and says nothing."""
    over: list[asyncio.Task[None]] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        over.append(task)
        try:
            await reader.read(100)
            if answer is None:
                await reader.read()
            else:
                writer.write(answer)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    async with await asyncio.start_server(talk, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]
    await asyncio.gather(*over)
    await asyncio.sleep(0)


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x30\x84\x7f\xff\xff\xff", b"", None]
)
async def test_a_server_that_talks_nonsense_or_never_answers_is_given_up(
    asked: Directories,
    directory: Slapd,
    monkeypatch: pytest.MonkeyPatch,
    answer: bytes | None,
) -> None:
    if answer is None:
        monkeypatch.setattr(servers, "SECONDS", 0.5)
    async with impostor(answer) as port:
        more = {"servers": [f"ldap://127.0.0.1:{port}"], "starttls": False}
        with pytest.raises(Unreachable):
            await entered(asked, directory, "ada", **more)


async def test_c11_nothing_said_before_tls_began_is_believed(
    asked: Directories, directory: Slapd
) -> None:
    """Whoever sits between slips answers in before TLS begins (CVE-2021-23222)."""
    begin = bytes.fromhex("300c02010178070a010004000400")
    injected = bytes.fromhex("300c02010261070a010004000400")
    async with impostor(begin + injected) as port:
        with pytest.raises(Unreachable, match="before TLS began"):
            await entered(asked, directory, "ada", servers=[f"ldap://127.0.0.1:{port}"])
