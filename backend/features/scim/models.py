"""What this console keeps of a provisioned person and group: the schemas it publishes (RFC 7643).

A part of the core schemas: what a provider tells beyond it is taken and not kept, so that nothing
of people is here that nothing is done with. Passwords are never taken.
"""

from typing import Annotated, Any, ClassVar

from pydantic import Field
from scim2_models import (
    URN,
    CaseExact,
    ComplexAttribute,
    Mutability,
    Reference,
    Required,
    Resource,
    Uniqueness,
)

__all__ = ["Email", "Group", "Member", "MemberOf", "Name", "User"]

Text = str | None
Flag = bool | None


class Name(ComplexAttribute):
    """The parts of a person's name."""

    formatted: Text = None
    """The name as it is shown."""
    family_name: Text = None
    """The last name."""
    given_name: Text = None
    """The first name."""


class Email(ComplexAttribute):
    """An address of a person: for display, never what they are known by."""

    value: Text = None
    """The address."""
    type: Text = None
    """What it is for: work, home or other."""
    primary: Flag = None
    """Whether it is the one that is shown."""


class MemberOf(ComplexAttribute):
    """A group that a person is in."""

    value: Annotated[Text, Mutability.read_only, CaseExact.true] = None
    """The id of the group."""
    ref: Annotated[Reference["Group"] | None, Mutability.read_only] = Field(
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    """Where it is."""
    display: Annotated[Text, Mutability.read_only] = None
    """Its name."""


class User(Resource[Any]):
    """A person."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:User")

    user_name: Annotated[Text, Uniqueness.server, Required.true] = None
    """What the provider calls the person: for display, never what they are known by."""
    name: Name | None = None
    """Their name in parts."""
    Name: ClassVar[type[ComplexAttribute]] = Name
    display_name: Text = None
    """Their name as it is shown."""
    active: Flag = None
    """Whether they may sign in; when it turns false, their sessions and tokens end."""
    emails: list[Email] | None = None
    """Their addresses."""
    Emails: ClassVar[type[ComplexAttribute]] = Email
    groups: Annotated[list[MemberOf] | None, Mutability.read_only] = None
    """The groups they are in."""
    Groups: ClassVar[type[ComplexAttribute]] = MemberOf


class Member(ComplexAttribute):
    """Somebody who is in a group."""

    value: Annotated[Text, Mutability.immutable, CaseExact.true] = None
    """The id of the person."""
    ref: Annotated[Reference["User"] | None, Mutability.immutable] = Field(
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    """Where they are."""
    type: Annotated[Text, Mutability.immutable] = Field(None, examples=["User"])
    """What it is: a User."""


class Group(Resource[Any]):
    """A group of people."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:Group")

    display_name: Annotated[Text, Required.true] = None
    """Its name, by which roles are given to it."""
    members: list[Member] | None = None
    """Who is in it."""
    Members: ClassVar[type[ComplexAttribute]] = Member
