"""What secrets look like, and the words of other programs without them.

A credential program, a server or a log says what is wrong in its own words; these help a person
most, and may hold what it was given.
"""

from __future__ import annotations

import re
from typing import Final

from integrations.inert import inert

__all__ = ["SHAPES", "WORDS", "own_words", "redacted"]

HIDDEN: Final = "\u2022\u2022\u2022"

WORDS: Final = (
    r"passw(?:or)?d|passwd|pwd|passphrase|secret|token|credential|"
    r"api[-_. ]?key|access[-_. ]?key|private[-_. ]?key|client[-_. ]?key|signing[-_. ]?key|"
    r"encryption[-_. ]?key|account[-_. ]?key|master[-_. ]?key|ssh[-_. ]?key|"
    r"license[-_. ]?key|connection[-_. ]?string|kubeconfig|dockerconfigjson"
)
"""What names of secrets hold."""

_QUERY: Final = (
    rb"(?i)[?&](?:password|passwd|pwd|token|access_token|api_?key|secret|sig|signature|"
    rb"x-amz-signature|x-goog-signature)=[^\s&\"']{4,}"
)
SHAPES: Final[tuple[tuple[str, re.Pattern[bytes]], ...]] = tuple(
    (what, re.compile(pattern))
    for what, pattern in (
        ("a private key or certificate", rb"-----BEGIN [A-Z0-9 ]{1,40}-----"),
        ("a private key", rb"PuTTY-User-Key-File-\d|AGE-SECRET-KEY-1[0-9A-Z]{20}"),
        ("an encoded key or certificate", rb"LS0tLS1CRUdJTi"),
        ("a token (JWT)", rb"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\."),
        ("an AWS access key", rb"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b"),
        ("a GitHub token", rb"\bgh[pousr]_[A-Za-z0-9]{30,}|\bgithub_pat_[A-Za-z0-9_]{22,}"),
        ("a GitLab token", rb"\bgl(?:pat|dt|rt|ptt|ft|cbt|soat)-[A-Za-z0-9_-]{20,}"),
        ("a Slack token", rb"\bxox[abeoprs]-[A-Za-z0-9-]{10,}|hooks\.slack\.com/services/T\w+/B"),
        ("a Stripe key", rb"\b(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}|\bwhsec_[A-Za-z0-9]{16,}"),
        ("a Google key", rb"\bAIza[A-Za-z0-9_-]{35}|\bGOCSPX-[\w-]{20,}|\bya29\.[\w-]{20,}"),
        ("a Google service account", rb'"type"\s*:\s*"service_account"'),
        ("an Azure key", rb"(?:AccountKey|SharedAccessKey|SharedAccessSignature)=[\w%+/=-]{16,}"),
        ("a package registry's token", rb"\bnpm_[A-Za-z0-9]{36}|\bpypi-AgEI[\w-]{50,}"),
        ("a Docker Hub token", rb"\bdckr_(?:pat|oat)_[\w-]{20,}"),
        ("a Vault token", rb"\bhv[sbr]\.[\w-]{20,}"),
        ("a DigitalOcean token", rb"\bdo[opr]_v1_[a-f0-9]{64}"),
        ("a Hugging Face token", rb"\bhf_[A-Za-z0-9]{30,}"),
        ("an API key", rb"\bsk-(?:[a-z]{1,16}-){0,3}[A-Za-z0-9_]{20,}"),
        ("an API key", rb"\bSG\.[\w-]{20,}\.[\w-]{20,}"),
        ("a Telegram token", rb"\b\d{8,10}:AA[\w-]{32,}"),
        ("a password hash", rb"\$2[abxy]?\$\d\d\$|\$argon2(?:i|d|id)\$|\$[156y]\$[^\s$]{1,64}\$"),
        ("a password hash", rb"\{S?SHA(?:256|512)?\}[A-Za-z0-9+/=]{20,}|\$pbkdf2"),
        ("an authorization header", rb"(?i)\b(?:basic|bearer)\s+[A-Za-z0-9+/._~-]{12,}=*"),
        ("credentials in a URL", rb"://[^\s/?#@:\"']{0,256}:[^\s/?#@\"']{1,256}@"),
        ("credentials in a URL", _QUERY),
        ("a bootstrap token", rb"(?<![\w.])[a-z0-9]{6}\.[a-z0-9]{16}(?![\w.])"),
    )
)  # fmt: skip
"""Secrets known by their shape: what they are, and how they begin."""

_REST: Final = rb"[\w.~+/=-]*"
_SHAPED: Final = tuple(
    re.compile(pattern.pattern + _REST) for what, pattern in SHAPES if "URL" not in what
)
_IN_URL: Final = re.compile(r"(://)[^\s/@]{1,512}@")
_NAMED: Final = re.compile(
    rf"""((?:\b(?:basic|bearer)|(?:{WORDS}|assertion|signature)[\w-]{{0,32}}["']?)"""
    r"""\s{1,4}["']?)(?=[^\s"',;]*[\d_~+/=])[^\s"',;]{6,}""",
    re.IGNORECASE,
)
"""``token abc123…``: a value that is no plain word, as ``token expired`` is."""
_SENTENCE: Final = (
    "the|an?|no|not|is|was|has|your|this|that|it|you|we|please|could|cannot|can't|unable|failed|"
    "failure|error|invalid|expired|missing|unknown|unexpected|refused|denied|request|open|stat|read"
)
"""Words that begin what is said after a colon, another word following: ``Error loading SSO Token:
the session has expired``, ``kubeconfig: no such file``."""
_ASSIGNED: Final = re.compile(
    rf"""((?:{WORDS}|assertion|signature|authorization)[\w-]{{0,32}}(?:\\?["'])?\s{{0,4}}"""
    rf"""(?:=|:(?![ \t]{{1,4}}(?:{_SENTENCE})[ \t]))"""
    r"""\s{0,4}(?:(?:basic|bearer)\s{1,4})?)"""
    r"""(?:(\\?["'])(?:(?!\2).){1,4096}|[^\s"',;]+)""",
    re.IGNORECASE | re.DOTALL,
)
"""``token=…`` and ``token: …``, whatever stands there: to the end of the quotes, where it has
some."""
_TERMINAL: Final = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])"
)
"""Colours, cursor movements and titles (ECMA-48)."""


def redacted(text: str) -> str:
    """`text` with what looks like a secret replaced."""
    raw = text.encode("utf-8", "replace")
    for shape in _SHAPED:
        raw = shape.sub(HIDDEN.encode(), raw)
    text = _IN_URL.sub(rf"\1{HIDDEN}@", raw.decode("utf-8", "replace"))
    return _NAMED.sub(rf"\1{HIDDEN}", _ASSIGNED.sub(rf"\1\2{HIDDEN}", text))


def own_words(output: bytes | str, most: int) -> str:
    """What a program said, in one line of at most `most` characters: its end, where the reason
    stands; without colours, control characters and secrets. Empty when it said nothing."""
    text = output if isinstance(output, str) else output.decode("utf-8", "replace")
    line = " ".join(_TERMINAL.sub("", text).split())
    shown = redacted(inert(line))
    return shown if len(shown) <= most else f"\u2026{shown[-most + 1 :]}"
