"""How each server of the stack is started and asked whether it is ready."""
