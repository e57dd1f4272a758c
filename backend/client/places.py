"""Where the commands keep things, and how they write them: for their owner alone, in one step."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import platformdirs

__all__ = ["cache_file", "config_file", "read_json", "write_json"]


def config_file(name: str) -> Path:
    """A file of the user's configuration (``$XDG_CONFIG_HOME/craton`` on Linux)."""
    return Path(platformdirs.user_config_dir("craton")) / name


def cache_file(name: str) -> Path:
    """A file that may be lost (``$XDG_CACHE_HOME/craton`` on Linux)."""
    return Path(platformdirs.user_cache_dir("craton")) / name


def read_json(file: Path) -> dict[str, Any]:
    """What the file holds; nothing where it is missing or spoilt."""
    try:
        found = json.loads(file.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_json(file: Path, content: dict[str, Any]) -> None:
    """Replace the file, readable for its owner alone; a reader sees the old one or the new one."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}")  # mode 0600
    try:
        with os.fdopen(descriptor, "w") as stream:
            json.dump(content, stream, indent=1, sort_keys=True)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
