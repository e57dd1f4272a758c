"""LDAP without a server: what is sent, what is read, who may come in (C11)."""

from __future__ import annotations

import contextlib
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from auth.ldap import ber, messages
from auth.ldap.entries import Entry, found_by, identifier
from auth.ldap.filters import both, either, equal, in_chain, parsed, present
from auth.ldap.names import beside, key, lies_below
from auth.ldap.person import read_person, shown
from auth.ldap.problems import Unusable
from auth.ldap.provider import LdapProvider
from auth.ldap.results import refusal
from auth.ldap.standing import against

NOW = 1_795_918_200.0
NAMED = {"name": "corp", "servers": ["ldaps://dc1.example.test"], "people_base": "dc=example"}


def entry(**values: str | bytes | list[str]) -> Entry:
    several = {
        name.lower(): tuple(
            one.encode() if isinstance(one, str) else one
            for one in (value if isinstance(value, list) else [value])
        )
        for name, value in values.items()
    }
    return Entry("uid=ada,dc=example", several)


# What is sent


@pytest.mark.parametrize(("dn", "password"), [("cn=a", ""), ("", "secret"), ("", "")])
def test_c11_an_empty_password_or_name_is_never_sent(dn: str, password: str) -> None:
    """A directory answers "success" to an unauthenticated bind."""
    with pytest.raises(ValueError, match="without a name and a password"):
        messages.bind_request(1, dn, password)


@given(st.text(max_size=200))
def test_c11_what_somebody_types_is_a_value_and_no_part_of_a_filter(typed: str) -> None:
    (tag, content), *more = ber.items(equal("uid", typed))
    assert (tag, more) == (0xA3, [])
    assert ber.items(content) == [(0x04, b"uid"), (0x04, typed.encode())]


@given(st.text(max_size=60))
def test_c11_what_somebody_types_adds_no_part_to_a_name(typed: str) -> None:
    dn = beside(typed, "ou=people,dc=example")
    inside = dn.removeprefix("cn=").removesuffix(",ou=people,dc=example")
    assert not set(inside) & set(',+"<>;=#')
    assert all(ord(c) >= 32 for c in inside)


@pytest.mark.parametrize(
    ("text", "built"),
    [
        ("(uid=ada)", equal("uid", "ada")),
        ("(uid=*)", present("uid")),
        (r"(uid=\2a)", equal("uid", "*")),
        ("(&(uid=ada)(cn=A))", both(equal("uid", "ada"), equal("cn", "A"))),
        ("(|(uid=ada) (cn=A) )", either(equal("uid", "ada"), equal("cn", "A"))),
        ("(member:1.2.840.113556.1.4.1941:=cn=a)", in_chain("member", "cn=a")),
    ],
)
def test_filters_of_administrators_are_read(text: str, built: bytes) -> None:
    assert parsed(text) == built


@pytest.mark.parametrize(
    "text",
    [
        "", "uid=ada", "(uid=ada", "(uid=ada))", "(&)", "(!)", "(=ada)", r"(uid=\2)", r"(uid=\zz)",
        "(uid=**)", "(uid)", "(" * 30 + "uid=a" + ")" * 30, "(&" * 30 + "(uid=a)" + ")" * 30,
        "(uid:dn=ada)", "(:=ada)", "(cn=" + "a" * 5000 + ")",
    ],
)  # fmt: skip
def test_what_is_no_filter_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"[a-z]"):
        parsed(text)


@given(st.text(max_size=80))
def test_reading_a_filter_never_fails_otherwise(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert parsed(text)


# What is read


@given(st.binary(max_size=300))
def test_what_a_server_sends_is_read_or_malformed(data: bytes) -> None:
    for read in (messages.read, messages.operation_of):
        try:
            answer = read(data)
        except ber.Malformed:
            continue
        if isinstance(answer, messages.Answer):
            for more in (messages.read_result, messages.read_entry, messages.paging_cookie):
                try:
                    more(answer)
                except ber.Malformed:
                    continue


@given(st.integers(min_value=0, max_value=2**31), st.binary(max_size=70_000))
def test_elements_come_back_as_they_were_written(value: int, content: bytes) -> None:
    message = ber.sequence(ber.integer(value), ber.octets(content))
    assert ber.whole(message) == ber.whole(message + b"more") == len(message)
    ((_, inside),) = ber.items(message)
    number, text = ber.items(inside)
    assert (ber.number(number[1]), text[1]) == (value, content)


def test_a_message_that_is_too_long_is_refused_before_it_is_kept() -> None:
    with pytest.raises(ber.Malformed, match="longer than a megabyte"):
        ber.whole(b"\x30\x84\x7f\xff\xff\xff")
    with pytest.raises(ber.Malformed):
        ber.whole(b"HTTP/1.1 400 Bad Request")
    with pytest.raises(ber.Malformed):
        ber.whole(b"\x30\x80" + b"0" * 10)
    assert ber.whole(b"\x30") is None


def test_the_password_policy_is_heard() -> None:
    """A bind that succeeds for a password that has to be changed first opens nothing."""
    control = ber.sequence(
        ber.sequence(ber.octets(messages.POLICY), ber.octets(ber.sequence(ber.integer(2, 0x81)))),
        tag=0xA0,
    )
    success = ber.tlv(messages.BIND_ANSWER, ber.enumerated(0), ber.octets(""), ber.octets(""))
    plain = messages.read_result(messages.read(ber.sequence(ber.integer(1), success)))
    told = messages.read_result(messages.read(ber.sequence(ber.integer(1), success, control)))
    assert refusal(plain) == ""
    assert "changed first" in refusal(told)


@pytest.mark.parametrize(
    ("code", "reason"),
    [("52e", "password is wrong"), ("533", "disabled"), ("775", "locked"), ("773", "changed")],
)
def test_active_directorys_reasons_are_read(code: str, reason: str) -> None:
    words = f"80090308: LdapErr: DSID-0C090447, AcceptSecurityContext error, data {code}, v4563"
    assert reason in refusal(messages.Result(49, words))
    assert refusal(messages.Result(49, "")) != ""


# Who somebody is


def test_an_object_guid_is_written_as_microsofts_tools_do_and_found_by_it() -> None:
    guid = uuid.UUID("7b1a5c9e-2f36-4f63-9a4f-0c6c1d2e3f40")
    ada = entry(objectGUID=guid.bytes_le)
    assert identifier(ada, "objectGUID") == str(guid)
    assert found_by("objectGUID", str(guid)) == equal("objectGUID", guid.bytes_le)
    assert identifier(entry(entryUUID="a-b"), "entryUUID") == "a-b"
    for nobody in (entry(), entry(entryUUID=["a", "b"]), entry(entryUUID="")):
        assert identifier(nobody, "entryUUID") == ""


def test_a_person_is_known_by_the_identifier_and_never_by_name_or_address() -> None:
    provider = LdapProvider(**NAMED)
    first = entry(uid="ada", mail="ada@example.test", entryUUID="1")
    second = entry(uid="ada", mail="ada@example.test", entryUUID="2")
    people = [
        read_person(one, provider, {"b", "a", "x\n"}, too_many=False) for one in (first, second)
    ]
    assert [one.subject for one in people] == ["1", "2"]
    assert people[0].groups == ("a", "b")
    assert people[0].issuer == "ldap:entryuuid"
    with pytest.raises(Unusable, match="entryUUID"):
        read_person(entry(uid="ada"), provider, (), too_many=False)
    assert shown(entry(objectGUID=b"\xff\xfe"))["objectguid"] == ["fffe"]


def test_names_are_compared_without_case_and_spaces() -> None:
    assert key("CN=Ops, OU=Groups,DC=example") == key("cn=ops,ou=groups,dc=example")
    assert lies_below("cn=ops,OU=Groups, dc=example", "ou=groups,dc=example")
    assert not lies_below("cn=ops,ou=othergroups,dc=example", "ou=groups,dc=example")


# Who may come in


def ticks(seconds: float) -> str:
    return str(int((seconds + 11_644_473_600) * 10_000_000))


@pytest.mark.parametrize(
    "facts",
    [
        {}, {"userAccountControl": "512"}, {"userAccountControl": "66048"}, {"accountExpires": "0"},
        {"accountExpires": "9223372036854775807"}, {"accountExpires": ticks(NOW + 60)},
        {"shadowExpire": "-1"}, {"shadowExpire": "40000"}, {"nsAccountLock": "FALSE"},
        {"pwdAccountLockedTime": "20261129010203Z"}, {"krbPrincipalExpiration": "20991231235959Z"},
    ],
)  # fmt: skip
def test_whose_account_is_in_order_may_come_in(facts: dict[str, str]) -> None:
    assert against(entry(**facts), NOW) == ""


@pytest.mark.parametrize(
    "facts",
    [
        {"userAccountControl": "514"}, {"userAccountControl": "66050"}, {"nsAccountLock": "TRUE"},
        {"accountExpires": ticks(NOW - 60)}, {"shadowExpire": "1"}, {"loginDisabled": "TRUE"},
        {"pwdAccountLockedTime": "000001010000Z"}, {"krbPrincipalExpiration": "20200101000000Z"},
        {"userAccountControl": "?"}, {"krbPrincipalExpiration": "tomorrow"},
    ],
)  # fmt: skip
def test_c11_whose_account_is_disabled_or_has_expired_may_not(facts: dict[str, str]) -> None:
    assert against(entry(**facts), NOW)


# Settings


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("servers", []), ("servers", ["https://dc1"]), ("servers", ["ldaps://"]),
        ("servers", ["ldaps://a:b@dc1"]), ("servers", ["ldaps://dc1/dc=example"]),
        ("servers", ["ldaps://dc1:0"]), ("people_base", "people"), ("people_filter", "uid=*"),
        ("unique", "entry uuid"), ("login_by", []), ("login_by", ["uid)(x=*"]),
        ("groups_filter", "("), ("name", "Corp"),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_used_are_refused_at_their_field(field: str, value: object) -> None:
    with pytest.raises(ValidationError) as refused:
        LdapProvider(**{**NAMED, field: value})
    assert refused.value.errors()[0]["loc"][0] == field
