"""Rendering the chart: with a helm on PATH, else with the Helm SDK from PyPI."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import yaml

CHART = Path(__file__).resolve().parents[2] / "helm" / "craton"
CASES = sorted((CHART / "ci").glob("*-values.yaml"))


class Refused(Exception):
    """Helm did not accept the values."""


def render(values: dict[str, Any], namespace: str = "craton") -> list[dict[str, Any]]:
    """Give the rendered objects; Refused with Helm's words when it will not."""
    text = (
        _with_command(values, namespace) if shutil.which("helm") else _with_sdk(values, namespace)
    )
    return [item for item in yaml.safe_load_all(text) if item]


def _with_command(values: dict[str, Any], namespace: str) -> str:
    command = ["helm", "template", "craton", str(CHART), "--namespace", namespace, "--values", "-"]
    done = subprocess.run(
        command, input=yaml.safe_dump(values), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise Refused(done.stderr)
    return done.stdout


def _with_sdk(values: dict[str, Any], namespace: str) -> str:
    from helm_python import Chart
    from helm_python.errors import HelmError

    try:
        chart = Chart.load(str(CHART))
        chart.validate_schema(values)
        rendered = chart.render(values, name="craton", namespace=namespace)
    except HelmError as error:
        raise Refused(str(error)) from error
    files = (text for name, text in rendered.items() if name.endswith(".yaml"))
    return "\n---\n".join(files)


def load(case: Path) -> dict[str, Any]:
    """Read one file of values."""
    return yaml.safe_load(case.read_text()) or {}


def only(items: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    """Give the one object of a kind."""
    (found,) = (item for item in items if item["kind"] == kind)
    return found
