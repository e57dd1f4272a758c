"""The commands that ask a console, as `craton` takes them."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from backend.client import completing
from backend.client.output import Output

__all__ = ["COMMANDS", "context_app"]

context_app = typer.Typer(no_args_is_help=True, help="The consoles that commands know.")

Chosen = Annotated[
    str | None,
    typer.Option(
        "--context",
        envvar="CRATON_CONTEXT",
        help="Which console; the current one unless given",
        autocompletion=completing.contexts,
    ),
]
Collection = Annotated[
    str, typer.Argument(help="A collection, e.g. pods", autocompletion=completing.collections)
]


def get(  # noqa: PLR0917 (each is an option of the command)
    collection: Collection,
    output: Annotated[Output, typer.Option("--output", "-o", help="The form")] = Output.TABLE,
    filters: Annotated[
        list[str] | None,
        typer.Option(
            "--filter",
            "-f",
            help="column op value, e.g. status=Running, restarts>=3, name~web; may be repeated",
            autocompletion=completing.filters,
        ),
    ] = None,
    labels: Annotated[str, typer.Option("--labels", "-l", help="app=web,tier!=db")] = "",
    search: Annotated[str, typer.Option("--search", "-q", help="Words in searched columns")] = "",
    sort: Annotated[
        str,
        typer.Option(help="Columns, e.g. -created,name", autocompletion=completing.sorts),
    ] = "",
    columns: Annotated[
        str,
        typer.Option(help="Columns to print, e.g. name,status", autocompletion=completing.columns),
    ] = "",
    team: Annotated[str, typer.Option(help="Only what this team owns")] = "",
    limit: Annotated[int, typer.Option(min=0, help="Rows at most; 0: all")] = 0,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Follow what changes")] = False,
    context: Chosen = None,
) -> None:
    """List a collection of the console: pods, machines, keys, images, updates, users."""
    from backend.client import asking

    query = {
        "filter": filters or [],
        "labels": labels,
        "q": search,
        "sort": sort.split(",") if sort else [],
        "team": team,
    }
    asking.get(
        asking.console_for(context),
        collection,
        query,
        output=output,
        columns=columns.split(",") if columns else [],
        limit=limit,
        watch=watch,
    )


def describe(
    collection: Collection,
    key: Annotated[str, typer.Argument(help="Its key (-o name prints them), or its name")],
    output: Annotated[Output, typer.Option("--output", "-o", help="The form")] = Output.TABLE,
    context: Chosen = None,
) -> None:
    """Print every field of one row of a collection."""
    from backend.client import asking

    asking.describe(asking.console_for(context), collection, key, output)


def whoami(
    can: Annotated[
        tuple[str, str, str] | None,
        typer.Option("--can", metavar="VERB KIND SCOPE", help="E.g. delete pod org/main"),
    ] = None,
    output: Annotated[Output, typer.Option("--output", "-o", help="The form")] = Output.TABLE,
    context: Chosen = None,
) -> None:
    """Say who the console takes you for; with --can whether and why you may do a thing."""
    from backend.client import asking

    console = asking.console_for(context)
    if can is None:
        asking.whoami(console, output)
    else:
        asking.may(console, *can)


def completion(
    shell: Annotated[str, typer.Argument(help="bash, zsh or fish")],
) -> None:
    """Print the completion of a shell, e.g. source <(craton completion bash)."""
    # Public by its use there, but not by `__all__`.
    from typer.completion import get_completion_script  # type: ignore[attr-defined]

    if shell not in {"bash", "zsh", "fish"}:
        raise typer.BadParameter("bash, zsh or fish")
    script = get_completion_script(prog_name="craton", complete_var="_CRATON_COMPLETE", shell=shell)
    typer.echo(script)


def login(  # noqa: PLR0917 (each is an option of the command)
    url: Annotated[str, typer.Argument(help="The console, e.g. https://craton.example")],
    name: Annotated[str, typer.Option("--name", help="What the context is called")] = "",
    ca_file: Annotated[str, typer.Option(help="The CA its certificate is checked with (PEM)")] = "",
    insecure: Annotated[
        bool, typer.Option("--insecure", help="Check no certificate; this machine's consoles only")
    ] = False,
    with_token: Annotated[
        bool, typer.Option("--with-token", help="Take an API token from the standard input")
    ] = False,
    workload: Annotated[
        bool, typer.Option("--workload", help="For jobs: with the token their own system gives")
    ] = False,
    token_file: Annotated[str, typer.Option(help="Where a job's token lies")] = "",
    audience: Annotated[
        str, typer.Option(help="What a job's token is asked for; the console unless given")
    ] = "",
    account: Annotated[
        str, typer.Option(help="The service account, where several trust the job")
    ] = "",
) -> None:
    """Sign in to a console: a page of it asks you whether this command line may act as you."""
    from pathlib import Path

    from backend.client import signing
    from backend.client.contexts import Context

    file = str(Path(ca_file).absolute()) if ca_file else ""
    context = Context(name, url, file, insecure)
    if with_token:
        signing.login_with_token(context, typer.get_text_stream("stdin").readline().strip())
    elif workload:
        from backend.client import workload as jobs

        jobs.login(context, token_file, audience, account)
    else:
        signing.login(context, signing.in_browser)


def logout(context: Chosen = None) -> None:
    """Sign out: the session ends at the console, and its credential is forgotten."""
    from backend.client import signing

    signing.logout(context)


def kubeconfig(
    cluster: Annotated[str, typer.Argument(help="A cluster of the console, e.g. local")],
    context: Chosen = None,
) -> None:
    """Print a kubeconfig for kubectl through the console; there is no secret in it."""
    from backend.client import asking, kube

    kube.print_kubeconfig(asking.console_for(context), cluster)


def kube_credential(
    url: Annotated[str, typer.Option(help="The console, instead of a context")] = "",
    context: Chosen = None,
) -> None:
    """Print the credential that kubectl asks for (an exec plugin)."""
    from backend.client import kube

    kube.print_credential(context, url)


@context_app.command("list")
def list_contexts() -> None:
    """List the known consoles; the current one has a star."""
    from backend.client.cells import table
    from backend.client.contexts import Contexts
    from backend.client.output import show

    known = Contexts()
    found = (["*" if one.name == known.current else "", one.name, one.url] for one in known.all())
    show(table([["", "NAME", "URL"], *found], [0, 0, 0]))


Named = Annotated[str, typer.Argument(help="Name of a context", autocompletion=completing.contexts)]


@context_app.command("use")
def use_context(name: Named) -> None:
    """Ask this console from now on."""
    from backend.client.contexts import Contexts

    Contexts().use(name)


@context_app.command("remove")
def remove_context(name: Named) -> None:
    """Forget a console and its credential (craton logout ends that, too)."""
    from backend.client.contexts import Contexts
    from backend.client.keys import forget

    forget(Contexts().remove(name))


COMMANDS: Final = (
    login,
    logout,
    get,
    describe,
    whoami,
    kubeconfig,
    kube_credential,
    completion,
)
"""What is directly below `craton`."""
