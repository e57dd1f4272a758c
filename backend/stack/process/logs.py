"""Log files of components: appended to by the component itself, rotated in place."""

import shutil
from pathlib import Path

MAX_BYTES = 8 * 1024 * 1024
KEEP = 2


def rotate(path: Path, max_bytes: int = MAX_BYTES, keep: int = KEEP) -> bool:
    """Move the content of a large log to `<name>.1` (and that to `.2`, …).

    The component writes straight into the file in append mode, so the file is
    copied and emptied, not renamed. Lines written in between are lost; a
    component's own log survives the supervisor this way.
    """
    if not path.exists() or path.stat().st_size <= max_bytes:
        return False
    for number in range(keep, 1, -1):
        older = path.with_name(f"{path.name}.{number - 1}")
        if older.exists():
            older.replace(path.with_name(f"{path.name}.{number}"))
    shutil.copyfile(path, path.with_name(f"{path.name}.1"))
    with path.open("r+b") as file:
        file.truncate(0)
    return True


def tail(path: Path, lines: int = 20, max_bytes: int = 64 * 1024) -> list[str]:
    """Give the last lines of a log (at most `max_bytes` are read)."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - max_bytes))
            content = file.read(max_bytes)
    except OSError:
        return []
    return content.decode("utf-8", "replace").splitlines()[-lines:]
