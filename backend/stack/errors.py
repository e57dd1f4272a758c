"""What can go wrong in the local stack, as sentences a person can act on."""


class StackError(Exception):
    """Something the stack needs is not there or did not work."""


class ProgramUnavailable(StackError):
    """A program is neither on PATH nor in the cache and could not be built."""


class AlreadyRunning(StackError):
    """Another supervisor runs the stack of this data directory."""


class NotRunning(StackError):
    """No supervisor runs the stack of this data directory."""


class ComponentFailed(StackError):
    """A component gave up; the message is its reason."""
