"""Running and stopping operating system processes."""
