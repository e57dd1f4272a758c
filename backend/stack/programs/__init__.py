"""Finding, verifying and building the programs of the stack."""
