"""One console, asked over its REST interface with the kept credential."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

import httpx2

from backend.client.contexts import Context
from backend.client.failures import CommandFailed, Exit

__all__ = ["Console", "problem_of"]

_TIMEOUT: Final = httpx2.Timeout(30.0, connect=10.0)
_PAGE: Final = 1000
Params = Mapping[str, str | int | Sequence[str]]


class Console:
    """Asks one console; every refusal is its own sentence, as a `CommandFailed`."""

    def __init__(self, context: Context, token: str = "") -> None:
        self.context = context
        self._token = token

    @property
    def headers(self) -> dict[str, str]:
        """What says who asks."""
        return {"authorization": f"Bearer {self._token}"} if self._token else {}

    @cached_property
    def tls(self) -> ssl.SSLContext | None:
        """How its certificate is checked; None over plain HTTP (this machine alone)."""
        if not self.context.url.startswith("https:"):
            return None
        try:
            found = ssl.create_default_context(cafile=self.context.ca_file or None)
        except (OSError, ssl.SSLError) as error:
            raise CommandFailed(f"The CA file cannot be read: {error}", Exit.USAGE) from error
        if self.context.insecure:
            found.check_hostname = False
            found.verify_mode = ssl.CERT_NONE
        return found

    def get(self, path: str, params: Params | None = None) -> Any:
        """The JSON answer of ``/api/v1`` + `path`."""
        return self._answer("GET", path, params=params).json()

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        form: Mapping[str, str] | None = None,
        expect: Sequence[int] = (),
    ) -> httpx2.Response:
        """The answer to a change; also one with a status that is expected."""
        return self._answer(method, path, json=body, data=form, expect=expect)

    def rows(self, name: str, params: dict[str, Any], limit: int) -> Iterator[dict[str, Any]]:
        """The rows of a collection in order, page by page; all of them for a limit of 0."""
        left, cursor = limit, None
        while True:
            page = {**params, "limit": min(_PAGE, left) if limit else _PAGE}
            if cursor:
                page["cursor"] = cursor
            answer = self.get(f"/collections/{name}", page)
            yield from answer["rows"]
            left -= len(answer["rows"])
            cursor = answer["next"]
            if not cursor or (limit and left <= 0):
                return

    @contextlib.contextmanager
    def lines(self, path: str, params: Params) -> Iterator[Iterator[str]]:
        """A long answer as it comes, line by line."""
        with self._told(), self._http.stream("GET", self._url(path), params=params) as answer:
            if answer.is_error:
                answer.read()
                raise problem_of(answer)
            yield answer.iter_lines()

    @cached_property
    def _http(self) -> httpx2.Client:
        return httpx2.Client(
            headers={**self.headers, "accept": "application/json"},
            timeout=_TIMEOUT,
            verify=self.tls or False,
            follow_redirects=False,
        )

    def _url(self, path: str) -> str:
        return f"{self.context.url}/api/v1{path}"

    def _answer(
        self, method: str, path: str, *, expect: Sequence[int] = (), **options: Any
    ) -> httpx2.Response:
        with self._told():
            answer = self._http.request(method, self._url(path), **options)
        if answer.status_code in expect:
            return answer
        if not answer.is_success:
            raise problem_of(answer)
        return answer

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Say what a console that cannot be reached means."""
        try:
            yield
        except httpx2.TransportError as error:
            why = str(error) or type(error).__name__
            raise CommandFailed(
                f"The console at {self.context.url} cannot be reached: {why}", Exit.UNREACHABLE
            ) from error


def problem_of(answer: httpx2.Response) -> CommandFailed:
    """The console's own sentence about why it refuses."""
    try:
        problem = answer.json()
        sentence = str(problem.get("detail") or problem.get("title"))
    except (ValueError, AttributeError):
        sentence = f"The console answered {answer.status_code}: is this address a Craton's?"
    code = Exit.NOT_SIGNED_IN if answer.status_code == httpx2.codes.UNAUTHORIZED else Exit.REFUSED
    return CommandFailed(sentence, code)
