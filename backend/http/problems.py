"""FastAPI's handlers: every error leaves as problem+json."""

from __future__ import annotations

from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response

from backend.errors import FieldError, Problem, Unprocessable, problem_from_integration
from integrations.contract import IntegrationError

__all__ = ["install_problem_handlers", "problem_response"]

_MEDIA_TYPE = "application/problem+json"
_log = structlog.get_logger("craton.http")


def problem_response(problem: Problem, path: str = "") -> JSONResponse:
    """The response for a problem."""
    return JSONResponse(
        problem.body(path), problem.status, headers=problem.headers, media_type=_MEDIA_TYPE
    )


def install_problem_handlers(app: FastAPI) -> None:
    """Register the handlers on `app`."""

    @app.exception_handler(Problem)
    async def _problem(request: Request, error: Problem) -> JSONResponse:
        return problem_response(error, request.url.path)

    @app.exception_handler(IntegrationError)
    async def _upstream(request: Request, error: IntegrationError) -> JSONResponse:
        return problem_response(problem_from_integration(error), request.url.path)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        errors = [_field_error(item) for item in error.errors()[:20]]
        first = errors[0] if errors else {"field": "body", "message": "not readable"}
        detail = f"{first['field']}: {first['message']}"
        return problem_response(Unprocessable(detail, errors=errors), request.url.path)

    @app.exception_handler(HTTPException)
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

    @app.exception_handler(ClientDisconnect)
    async def _gone(_request: Request, _error: ClientDisconnect) -> Response:
        return Response(status_code=400)  # nobody reads it: the caller left while sending

    @app.exception_handler(Exception)
    async def _unexpected(request: Request, error: Exception) -> JSONResponse:
        request_id = getattr(request.state, "request_id", "")
        _log.error("unexpected error", path=request.url.path, exc_info=error)
        return problem_response(
            Problem(
                f"An unexpected error happened; the log has it under request {request_id}.",
                request_id=request_id,
            ),
            request.url.path,
        )


def _field_error(item: Any) -> FieldError:
    location = [str(part) for part in item.get("loc", ())]
    field = ".".join(location[1:]) or (location[0] if location else "body")
    given = "" if "password" in field else repr(item.get("input", ""))[:100]
    return {"field": field, "message": str(item.get("msg", "not valid")), "value": given}
