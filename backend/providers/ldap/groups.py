"""The groups of a person, and the groups those belong to: bounded, and never in a circle."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from auth.ldap.entries import Entry
from auth.ldap.filters import Filter, both, either, equal, in_chain, parsed
from auth.ldap.messages import ONLY
from auth.ldap.names import key, lies_below
from auth.ldap.provider import GroupsBy, LdapProvider
from auth.person import MOST_GROUPS
from backend.providers.ldap.conversation import Conversation

__all__ = ["Groups", "groups_of"]

_DEPTH: Final = 16
_AT_ONCE: Final = 40


@dataclass(slots=True)
class Groups:
    """What was found: `names`, and the keys of what was looked at, so that nothing is twice."""

    names: set[str] = field(default_factory=set)
    whole: bool = True
    seen: set[str] = field(default_factory=set)

    def take(self, entries: Iterable[Entry], attribute: str) -> list[Entry]:
        """Keep them by the name in `attribute`; those that are new."""
        new = [one for one in entries if key(one.dn) not in self.seen]
        self.seen.update(key(one.dn) for one in new)
        self.names.update(name for one in new if (name := one.text(attribute)))
        return new

    @property
    def full(self) -> bool:
        """Whether no more are kept; then not all were found."""
        if len(self.seen) > MOST_GROUPS:
            self.whole = False
        return not self.whole


async def groups_of(talk: Conversation, provider: LdapProvider, person: Entry) -> Groups:
    """The groups of `person`, by nesting too where the provider says so."""
    found = Groups()
    match provider.groups_by:
        case GroupsBy.CHAIN:
            wanted = in_chain(provider.group_member, person.dn)
            await _search(talk, provider, wanted, found)
        case GroupsBy.MEMBER:
            await _naming(talk, provider, person, found)
        case GroupsBy.MEMBER_OF:
            await _named(talk, provider, person, found)
        case GroupsBy.NONE:
            pass
    return found


async def _naming(talk: Conversation, provider: LdapProvider, person: Entry, found: Groups) -> None:
    """Groups that name the person, then groups that name those."""
    by_login = provider.group_member.lower() == "memberuid"  # RFC 2307: user names, no nesting
    value = person.text(provider.login_attribute) if by_login else person.dn
    if not value:
        return
    new = await _search(talk, provider, equal(provider.group_member, value), found)
    for _ in range(_DEPTH):
        if by_login or not provider.nested or not new or found.full:
            return
        level, new = new, []
        for several in _parts(level):
            wanted = either(*(equal(provider.group_member, one.dn) for one in several))
            new += await _search(talk, provider, wanted, found)
            if found.full:
                return
    found.whole = found.whole and not new


async def _named(talk: Conversation, provider: LdapProvider, person: Entry, found: Groups) -> None:
    """Groups that the person's entry names, then those that these name."""
    names = person.texts("memberOf")
    for _ in range(_DEPTH):
        level, names = names, []
        for dn in level:
            if found.full:
                return
            if key(dn) in found.seen or not lies_below(dn, provider.below):
                continue
            one = await talk.search(
                dn, parsed(provider.groups_filter), (provider.group_name, "memberOf"), scope=ONLY
            )
            new = found.take(one.entries, provider.group_name)
            found.seen.add(key(dn))
            names += [name for entry in new for name in entry.texts("memberOf")]
        if not provider.nested or not names:
            return
    found.whole = False


async def _search(
    talk: Conversation, provider: LdapProvider, wanted: Filter, found: Groups
) -> list[Entry]:
    both_of = both(parsed(provider.groups_filter), wanted)
    answer = await talk.search(provider.below, both_of, (provider.group_name,))
    found.whole = found.whole and answer.whole
    return found.take(answer.entries, provider.group_name)


def _parts(entries: list[Entry]) -> Iterable[list[Entry]]:
    return (entries[at : at + _AT_ONCE] for at in range(0, len(entries), _AT_ONCE))
