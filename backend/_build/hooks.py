"""Hatch build hook: a wheel carries the built frontend as ``backend/static``.

An editable install does not (the server falls back to ``frontend/dist``), so it needs no
frontend at all.
"""

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class FrontendHook(BuildHookInterface):  # type: ignore[type-arg]  # its parameter is private
    """Builds ``frontend/dist`` when it is missing and puts it into the wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before a build."""
        if version == "editable":
            return
        frontend = Path(self.root) / "frontend"
        dist = frontend / "dist"
        if not (dist / "index.html").is_file():
            npm = shutil.which("npm")
            if npm is None:
                raise RuntimeError("frontend/dist is missing and there is no npm to build it")
            subprocess.run([npm, "install", "--no-save"], cwd=frontend, check=True)  # noqa: S603 - fixed words
            subprocess.run([npm, "run", "build"], cwd=frontend, check=True)  # noqa: S603 - fixed words
        build_data["force_include"][str(dist)] = "backend/static"
