"""The OCI registry, telling the console about every push."""

import yaml

from backend.stack.components.checks import answers_ok
from backend.stack.components.context import Context
from backend.stack.files import ensure_secret, write_atomic
from backend.stack.ports import HOST
from backend.stack.process.service import ProcessSpec
from backend.stack.programs.locate import LocatedProgram

HOOK_PATH = "/api/v1/hooks/registry/local"


def webhook_secret_file(context: Context) -> str:
    """Give the file with the bearer token of the registry's notifications."""
    path = context.paths.pki / "registry-webhook"
    ensure_secret(path)
    return str(path)


def configuration(context: Context) -> dict[str, object]:
    """Give the registry's configuration."""
    config: dict[str, object] = {
        "version": 0.1,
        # At "info" it would log the secret header of its notifications.
        "log": {"level": "warn", "accesslog": {"disabled": True}},
        "storage": {
            "filesystem": {"rootdirectory": str(context.paths.data("registry"))},
            "delete": {"enabled": True},
        },
        "http": {
            "addr": f"{HOST}:{context.ports['registry']}",
            "secret": ensure_secret(context.paths.pki / "registry-uploads"),
        },
    }
    if context.options.console_url:
        secret = ensure_secret(context.paths.pki / "registry-webhook")
        endpoint = {
            "name": "craton",
            "url": context.options.console_url.rstrip("/") + HOOK_PATH,
            "headers": {"Authorization": [f"Bearer {secret}"]},
            "timeout": "2s",
            "threshold": 3,
            "backoff": "2s",
            "ignore": {"actions": ["pull"]},
        }
        config["notifications"] = {
            "events": {"includereferences": True},
            "endpoints": [endpoint],
        }
    return config


def registry(context: Context, program: LocatedProgram) -> ProcessSpec:
    """Describe the registry; ready when it answers `/v2/`."""
    context.paths.data("registry").mkdir(mode=0o700, parents=True, exist_ok=True)
    path = context.paths.conf / "registry.yml"
    write_atomic(path, yaml.safe_dump(configuration(context)))
    return ProcessSpec(
        "registry",
        [str(program.path), "serve", str(path)],
        context.paths.logs / "registry.log",
        answers_ok(context.url("registry", "http") + "/v2/"),
        # Without it the registry looks for a trace collector and logs that there is none.
        env={"OTEL_TRACES_EXPORTER": "none"},
    )
