"""KWOK: plays the kubelets of the simulated nodes."""

import yaml

from backend.stack.components.checks import answers_ok
from backend.stack.components.context import Context
from backend.stack.components.kubernetes import own_kubeconfig
from backend.stack.components.stages import stages
from backend.stack.files import write_atomic
from backend.stack.ports import HOST
from backend.stack.process.service import ProcessSpec
from backend.stack.programs.locate import LocatedProgram

PARALLELISM = 4
LARGE_PARALLELISM = 64


def _configuration(context: Context) -> dict[str, object]:
    options: dict[str, object] = {
        "manageAllNodes": False,
        "manageNodesWithAnnotationSelector": "kwok.x-k8s.io/node=fake",
        "serverAddress": f"{HOST}:{context.ports['kwok']}",
        "cidr": "10.244.0.0/16",
        "nodeLeaseDurationSeconds": 400 if context.options.large else 40,
    }
    at_once = LARGE_PARALLELISM if context.options.large else PARALLELISM
    # A configuration of ours has no defaults for these: left out they are 0 and KWOK refuses.
    options |= dict.fromkeys(
        (
            "podPlayStageParallelism",
            "nodePlayStageParallelism",
            "nodeLeaseParallelism",
            "podsOnNodeSyncParallelism",
        ),
        at_once,
    )
    return {
        "apiVersion": "config.kwok.x-k8s.io/v1alpha1",
        "kind": "KwokConfiguration",
        "options": options,
    }


def kwok(context: Context, program: LocatedProgram) -> ProcessSpec:
    """Describe KWOK with our stages."""
    documents = [_configuration(context), *stages(patient=not context.options.large)]
    path = context.paths.conf / "kwok.yaml"
    write_atomic(path, yaml.safe_dump_all(documents, sort_keys=False))
    return ProcessSpec(
        "kwok",
        [
            str(program.path),
            f"--config={path}",
            f"--kubeconfig={own_kubeconfig(context, 'kwok')}",
            "--v=WARN",
        ],
        context.paths.logs / "kwok.log",
        answers_ok(context.url("kwok", "http") + "/healthz"),
    )
