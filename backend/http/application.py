"""FastAPI with our rules around all of it, its own error answers included."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.types import ASGIApp

from backend.http.documented import document_problems
from backend.http.hosts import HostCheck
from backend.http.longreads import LongReads
from backend.http.middleware import HttpRules
from backend.http.prefix import below
from backend.http.requirements import document
from backend.settings import Settings

__all__ = ["Application"]


class Application(FastAPI):
    """The console's ASGI application.

    `add_middleware` adds inside of FastAPI's last-resort error handler and its body limit,
    whose answers would then carry no security header and leave no line in the access log.
    """

    def __init__(
        self, settings: Settings, *outermost: Callable[[ASGIApp], ASGIApp], **options: Any
    ) -> None:
        """`outermost` wrap even our rules, all but the host check; FastAPI takes the `options`."""
        super().__init__(generate_unique_id_function=_operation_id, **options)
        self._settings = settings
        self.documented: list[Callable[[], dict[str, Any]]] = []
        """Schemas that answers refer to without being FastAPI's: components by name."""
        self._outermost = outermost

    def build_middleware_stack(self) -> ASGIApp:
        """FastAPI's own layers inside of ours."""
        app: ASGIApp = HttpRules(LongReads(super().build_middleware_stack()), self._settings)
        for wrap in self._outermost:
            app = wrap(app)
        return below(HostCheck(app, self._settings), self._settings.path_prefix)

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, with the right each operation needs, every error it may answer
        with and the schemas FastAPI does not know."""
        if self.openapi_schema is None:
            found = super().openapi()
            document(found, self.routes)
            document_problems(found, self.routes)
            schemas = found.setdefault("components", {}).setdefault("schemas", {})
            for more in self.documented:
                _add(schemas, more())
        return super().openapi()


def _operation_id(route: APIRoute) -> str:
    """The handler's name: the generated client calls its function so. A test holds them unique."""
    return route.name


def _add(schemas: dict[str, Any], more: dict[str, Any]) -> None:
    """Add schemas by name. An enumeration that both sides use is one; of anything else, two
    under one name would make one of the two answers a lie."""
    for name, schema in more.items():
        known = schemas.setdefault(name, schema)
        if known is not schema and set(known.get("enum", ())) != set(schema.get("enum", "?")):
            raise ValueError(f"two schemas are called {name}")
