"""FastAPI's handlers: every error leaves as problem+json, every refusal is recorded."""

from __future__ import annotations

import json
import re
from typing import Any, Final

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.types import Send

from backend.audit import Origin, Refusals
from backend.db.away import DATABASE_AWAY, in_words
from backend.errors import (
    FieldError,
    Problem,
    Unavailable,
    Unprocessable,
    problem_from_integration,
)
from backend.http.denial import Denial
from backend.parts import parts_of, provide
from integrations.contract import IntegrationError

__all__ = ["install_problem_handlers", "problem_response", "send_problem"]

_MEDIA_TYPE = "application/problem+json"
_RETRY_AFTER: Final = "5"
_LONGEST: Final = 500
_log = structlog.get_logger("craton.http")


def problem_response(problem: Problem, path: str = "") -> JSONResponse:
    """The response for a problem."""
    return JSONResponse(
        problem.body(path), problem.status, headers=problem.headers, media_type=problem.media_type
    )


async def send_problem(problem: Problem, send: Send) -> None:
    """Answer with problem+json outside of FastAPI."""
    body = json.dumps(problem.body()).encode()
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(body)).encode()),
    ]
    headers += [(k.lower().encode(), v.encode()) for k, v in problem.headers.items()]
    await send({"type": "http.response.start", "status": problem.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def install_problem_handlers(app: FastAPI) -> None:
    """Register the handlers on `app`. Refusals are recorded when it has `Refusals` among its
    parts."""
    provide(app)
    handlers: dict[type[Exception], Any] = {
        Problem: _problem,
        IntegrationError: _upstream,
        RequestValidationError: _invalid,
        HTTPException: _http,
        ClientDisconnect: _gone,
        Exception: _unexpected,
        **dict.fromkeys(DATABASE_AWAY, _unexpected),
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


async def _problem(request: Request, error: Problem) -> JSONResponse:
    if isinstance(error.denial, Denial):
        await _record(request, error.denial)
    return problem_response(error, request.url.path)


async def _record(request: Request, denial: Denial) -> None:
    refusals = parts_of(request).find(Refusals)
    if refusals is not None:
        origin = Origin.of(denial.principal).over(request)
        await refusals.record(origin, denial.verb.value, denial.target)


async def _upstream(request: Request, error: IntegrationError) -> JSONResponse:
    return problem_response(problem_from_integration(error), request.url.path)


async def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
    errors = [_field_error(item) for item in error.errors()[:20]]
    first = errors[0] if errors else {"field": "body", "message": "not readable"}
    detail = f"{first['field']}: {first['message']}"
    return problem_response(Unprocessable(detail, errors=errors), request.url.path)


async def _http(request: Request, error: HTTPException) -> JSONResponse:
    body = {
        "type": "about:blank",
        "title": str(error.detail),
        "status": error.status_code,
        "detail": str(error.detail),
        "instance": request.url.path,
    }
    return JSONResponse(
        body, error.status_code, headers=dict(error.headers or {}), media_type=_MEDIA_TYPE
    )


async def _gone(_request: Request, _error: ClientDisconnect) -> Response:
    return Response(status_code=400)  # nobody reads it: the caller left while sending


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    if told := in_words(error):
        _log.warning("database away", path=request.url.path, error=str(error)[:_LONGEST])
        headers = {"Retry-After": _RETRY_AFTER}
        return problem_response(Unavailable(told, headers=headers), request.url.path)
    request_id = getattr(request.state, "request_id", "")
    _log.error("unexpected error", path=request.url.path, exc_info=error)
    return problem_response(
        Problem(
            f"An unexpected error happened; the log has it under request {request_id}.",
            request_id=request_id,
        ),
        request.url.path,
    )


_SECRET: Final = re.compile(
    r"passw|secret|token|code|credential|private|key|cert|kubeconfig|suffix|authorization|cookie",
    re.IGNORECASE,
)
_SHOWN: Final = 100


def _field_error(item: Any) -> FieldError:
    """What is wrong with one field. Its value is shown only when it is a plain one of a field
    that we declare and that cannot hold a secret: a whole body, a part that misses a member,
    or a misspelt name may hold anything."""
    location = [str(part) for part in item.get("loc", ())]
    field = ".".join(location[1:]) or (location[0] if location else "body")
    error: FieldError = {"field": field[:_SHOWN], "message": str(item.get("msg", "not valid"))}
    value = item.get("input")
    plain = isinstance(value, str | int | float) and len(location) > 1
    if plain and item.get("type") != "extra_forbidden" and not _SECRET.search(field):
        error["value"] = repr(value)[:_SHOWN]
    return error
