"""Credentials from a program the kubeconfig names (client.authentication.k8s.io)."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
import yaml

from integrations.caller import sendable
from integrations.environment import CLOUD, PROXIES, minimal_environment
from integrations.kubernetes.auth.access import ClientCredential
from integrations.kubernetes.auth.last_words import LastWords
from integrations.kubernetes.errors import ConfigurationError
from integrations.redaction import own_words

__all__ = ["ExecPlugin", "ExecSpec"]

TIMEOUT: Final = 30.0
MAX_OUTPUT: Final = 1024 * 1024
EARLY: Final = 60.0
LEAST: Final = 10.0
"""Seconds for which a credential is used whatever end it tells: one that is short-lived, or that a
program with a wrong clock dates in the past, must not cost a process for each request. One the
server refuses is fetched anew at once."""
_MOST_WORDS: Final = 400
API_VERSIONS: Final = frozenset(
    {"client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"}
)


@dataclass(frozen=True, slots=True)
class ExecSpec:
    """The `exec` part of a kubeconfig user. `cluster` is passed when the plugin asks for it."""

    command: str
    args: Sequence[str] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    api_version: str = "client.authentication.k8s.io/v1"
    install_hint: str = ""
    cluster: Mapping[str, Any] | None = None


class _UnusableError(Exception):
    """What a program did instead of giving a credential."""


class _Status(msgspec.Struct, rename="camel"):
    token: str | None = None
    client_certificate_data: str | None = None
    client_key_data: str | None = None
    expiration_timestamp: datetime | None = None


class _ExecCredential(msgspec.Struct, rename="camel"):
    api_version: str = ""
    kind: str = ""
    status: _Status | None = None


class ExecPlugin:
    """Runs the program when there is no credential, shortly before it expires, and after a
    refusal. Runs never overlap; each may take 30 s and print 1 MiB. What it says on standard
    error when it fails reaches the person, cut and without secrets."""

    def __init__(
        self,
        spec: ExecSpec,
        upstream: str,
        *,
        timeout: float = TIMEOUT,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._spec = spec
        self._upstream = upstream
        self._timeout = timeout
        self._clock = clock
        self._credential: ClientCredential | None = None
        self._fetched = 0.0
        self._lock = asyncio.Lock()

    async def current(self) -> ClientCredential:
        """The plugin's credential; raises `ConfigurationError` when it does not give one."""
        async with self._lock:
            held = self._credential
            if held is None or self._is_over(held):
                self._credential = held = await self._run()
                self._fetched = self._clock()
            return held

    def _is_over(self, held: ClientCredential) -> bool:
        now = self._clock()
        if held.expires is None or 0 <= now - self._fetched < LEAST:
            return False
        return held.expires - EARLY <= now

    def invalidate(self) -> bool:
        """Run the program again next time."""
        self._credential = None
        return True

    def _read(self, output: bytes) -> ClientCredential:
        answer = _decoded(output)
        status = answer.status
        if answer.kind != "ExecCredential" or answer.api_version != self._spec.api_version:
            got = own_words(f"{answer.api_version} {answer.kind}", _MOST_WORDS)
            raise _UnusableError(
                f"printed {got}, not an ExecCredential of {self._spec.api_version} as configured"
            )
        if status is None or not (status.token or status.client_certificate_data):
            raise _UnusableError("gave neither a token nor a certificate")
        if bool(status.client_certificate_data) != bool(status.client_key_data):
            raise _UnusableError("gave a certificate without its key, or a key without one")
        if status.token and not sendable(status.token):
            raise _UnusableError("gave a token that is not made of visible ASCII characters")
        expires = status.expiration_timestamp
        return ClientCredential(
            token=status.token,
            certificate=_bytes(status.client_certificate_data),
            key=_bytes(status.client_key_data),
            expires=_moment(expires) if expires else None,
        )

    async def _run(self) -> ClientCredential:
        async with LastWords() as words:
            process = await self._started(words)
            try:
                async with asyncio.timeout(self._timeout):
                    output = await self._collect(process)
                    code = await process.wait()
            except TimeoutError as error:
                took = f"took longer than {self._timeout:g} s"
                raise self._error(await _with(took, words)) from error
            finally:
                if process.returncode is None:
                    _end(process)
                    await _drain(process)
            if code != 0:
                raise self._error(await _with(f"ended with code {code}", words))
            try:
                return self._read(output)
            except _UnusableError as error:
                raise self._error(await _with(str(error), words)) from error

    async def _started(self, words: LastWords) -> asyncio.subprocess.Process:
        try:
            process = await asyncio.create_subprocess_exec(
                self._spec.command,
                *self._spec.args,
                env=self._environment(),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=words.fd,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:  # a NUL in an argument is a ValueError
            hint = own_words(self._spec.install_hint, _MOST_WORDS)
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise self._error(f"cannot be run: {reason}.{' ' if hint else ''}{hint}") from error
        words.started()
        return process

    def _environment(self) -> dict[str, str]:
        """Little of ours (`integrations.environment`), and what the kubeconfig names."""
        inherited = minimal_environment(PROXIES, CLOUD)
        return {**inherited, **self._spec.env, "KUBERNETES_EXEC_INFO": self._info()}

    async def _collect(self, process: asyncio.subprocess.Process) -> bytes:
        if process.stdout is None:
            return b""
        output = bytearray()
        while chunk := await process.stdout.read(65536):
            output += chunk
            if len(output) > MAX_OUTPUT:
                raise self._error("printed more than 1 MiB")
        return bytes(output)

    def _info(self) -> str:
        spec: dict[str, Any] = {"interactive": False}
        if self._spec.cluster is not None:
            spec["cluster"] = self._spec.cluster
        info = {"apiVersion": self._spec.api_version, "kind": "ExecCredential", "spec": spec}
        return msgspec.json.encode(info).decode()

    def _error(self, what: str) -> ConfigurationError:
        return ConfigurationError(
            self._upstream, f"the credential program {self._spec.command} {what}"
        )


async def _with(what: str, words: LastWords) -> str:
    """`what`, and what the program itself said of it."""
    said = own_words(await words.text(), _MOST_WORDS)
    return f"{what}: {said}" if said else what


def _decoded(output: bytes) -> _ExecCredential:
    """JSON, as programs print it; or YAML, which client-go reads too. Never with what it printed in
    an error: it may be a token."""
    try:
        return msgspec.json.decode(output, type=_ExecCredential)
    except msgspec.MsgspecError:
        pass
    try:
        return msgspec.convert(yaml.load(output, Loader=yaml.CSafeLoader), _ExecCredential)
    except msgspec.MsgspecError as error:
        raise _UnusableError(f"printed no ExecCredential: {error}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _UnusableError("printed no ExecCredential: it is neither JSON nor YAML") from error


def _end(process: asyncio.subprocess.Process) -> None:
    """Kill it with what it started: that would keep its output open."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


async def _drain(process: asyncio.subprocess.Process) -> None:
    """Wait for the end of a killed program. Its output is read away first: asyncio tells of the
    end only once the pipe is empty, and a full one is not read by itself."""
    if process.stdout is not None:
        while await process.stdout.read(65536):
            pass
    await process.wait()


def _moment(told: datetime) -> float:
    """Without a zone it is UTC, as Kubernetes writes times: here it would be local time, which
    has no year 1."""
    return (told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp()


def _bytes(text: str | None) -> bytes | None:
    return text.encode() if text else None
