"""`python -m backend` is the `craton` command."""

from backend.cli import main

main()
