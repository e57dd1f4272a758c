"""Fields typed in the console, made into an integration's settings under the operator's rules.

Only the fields of the chosen way are taken, so that nothing typed can name a file or a program
of the console's machine. Where it leads is the configuration's to allow (security reference,
section 5): private networks and plain http only where they are listed, our own port never.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError

from backend.errors import FieldError, Unprocessable
from backend.settings import Settings
from integrations.contract import ConfigurationError, Integration
from integrations.form import FormField, FormInput, Way

__all__ = ["Typed", "find_way"]

Values = Mapping[str, Any]


def find_way(integration: Integration[Any, Any], way_id: str) -> Way:
    """The way of that id; 422 when the integration has none of it."""
    for way in integration.ways:
        if way.id == way_id:
            return way
    accepts = ", ".join(way.id for way in integration.ways)
    raise _invalid([{"field": "way", "message": "there is no such way", "accepts": accepts}])


class Typed:
    """The rules of one console for what is typed in it."""

    def __init__(self, settings: Settings) -> None:
        self._networks = settings.connection_networks
        self._http_hosts = {host.lower() for host in settings.connection_http_hosts}
        self._own_port = settings.port

    def complete(
        self, integration: Integration[Any, Any], name: str, way: Way, values: Values
    ) -> dict[str, Any]:
        """The values as the settings take them, with what the console itself decides."""
        known = {field.id for field in way.fields}
        typed = {key: value for key, value in values.items() if key in known and value}
        decided: dict[str, Any] = {"name": name, "networks": self._networks, "typed": True}
        fields = integration.settings.model_fields
        return {
            **typed,
            **dict(way.preset),
            **{key: value for key, value in decided.items() if key in fields},
        }

    def settings(
        self, integration: Integration[Any, Any], name: str, way: Way, values: Values
    ) -> BaseModel:
        """The settings. Raises 422 naming the fields, and never what is in them."""
        problems = [*_wrong_types(way, values), *_missing(way, values)]
        if not name:
            problems.insert(0, {"field": "name", "message": "a name is needed"})
        if problems:
            raise _invalid(problems)
        try:
            complete = self.complete(integration, name, way, values)
            found: BaseModel = integration.settings.model_validate(complete)
        except ValidationError as error:
            raise _invalid(_in_words(error, way)) from None
        return found

    def check_destinations(
        self, integration: Integration[Any, Any], way: Way, settings: BaseModel
    ) -> None:
        """Refuse addresses that no connection made here may have. Blocking; raises 422.

        Which networks a name leads to is decided where the connection is opened.
        """
        try:
            urls = integration.destinations(settings)
        except ConfigurationError as error:
            raise _invalid([{"field": _first_secret(way), "message": error.message}]) from error
        for url in urls:
            if message := self._against(url):
                raise _invalid([{"field": way.address, "message": message}])

    def _against(self, url: str) -> str:
        """What speaks against a URL; empty when nothing does."""
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        if parts.scheme not in {"http", "https"} or not host:
            return "only https addresses can be connected"
        if parts.scheme == "http" and host not in self._http_hosts:
            return (
                "only https: without TLS a host must be listed by the operator "
                f"(CRATON_CONNECTION_HTTP_HOSTS, here {host})"
            )
        own = parts.port == self._own_port and self._own_port and _is_loopback(host)
        return "this is the console itself" if own else ""


def _is_loopback(host: str) -> bool:
    return host == "localhost" or host.startswith("127.") or host == "::1"


def _first_secret(way: Way) -> str:
    return next((field.id for field in way.fields if field.secret), "")


def _wrong_types(way: Way, values: Values) -> list[FieldError]:
    """The values that are not of their field's form, or have no field."""
    fields = {field.id: field for field in way.fields}
    found: list[FieldError] = []
    for name, value in values.items():
        if name not in fields:
            accepts = ", ".join(fields)
            found.append({"field": name, "message": "there is no such field", "accepts": accepts})
        elif value and (options := fields[name].options):
            offered = [option.value for option in options]
            if value not in offered:
                message = "this is none of the choices"
                found.append({"field": name, "message": message, "accepts": ", ".join(offered)})
        elif value is not None and not _fits(fields[name], value):
            several = fields[name].input is FormInput.URLS
            message = "give a list of texts" if several else "give a text"
            found.append({"field": name, "message": message})
    return found


def _fits(field: FormField, value: Any) -> bool:
    if field.input is FormInput.URLS:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    return isinstance(value, str)


def _missing(way: Way, values: Values) -> list[FieldError]:
    return [
        {"field": field.id, "message": f"{field.title} is needed"}
        for field in way.fields
        if field.required and not values.get(field.id)
    ]


def _in_words(error: ValidationError, way: Way) -> list[FieldError]:
    known = {field.id for field in way.fields} | {"name"}
    found: list[FieldError] = []
    for item in error.errors(include_input=False, include_url=False):
        place = str(item["loc"][0]) if item["loc"] else ""
        message = item["msg"].removeprefix("Value error, ")
        if place == "name":
            message = "use letters, digits, - and . (begin and end with a letter or digit)"
        found.append({"field": place if place in known else "", "message": message})
    return found


def _invalid(errors: list[FieldError]) -> Unprocessable:
    first = errors[0]
    where = f"{first['field']}: " if first.get("field") else ""
    return Unprocessable(f"{where}{first['message']}", errors=errors)
