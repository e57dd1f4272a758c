"""What operators configure: the queries and rules behind the API, the imports and the CLI.

Functions take the caller's session and never commit. Every edit starts with `edit.begin`,
which raises the configuration's version first: its row lock makes edits follow one another
on every replica, so that a check made here still holds when the edit is committed.
"""
