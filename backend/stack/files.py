"""Writing small files so that a reader never sees half of one."""

import os
import secrets
from pathlib import Path


def write_atomic(path: Path, content: bytes | str, mode: int = 0o600) -> None:
    """Replace `path` with `content` in one step.

    The file is created with `mode`, so a secret is never readable by others,
    not even for a moment.
    """
    data = content.encode() if isinstance(content, str) else content
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def ensure_secret(path: Path, size: int = 32) -> str:
    """Read the secret kept in `path`, making one of `size` random bytes the first time."""
    if not path.exists():
        write_atomic(path, secrets.token_urlsafe(size))
    return path.read_text().strip()
