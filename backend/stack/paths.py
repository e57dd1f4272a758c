"""Where the local stack keeps what it writes."""

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs


def cache_root() -> Path:
    """Give the folder for built programs, shared by every stack of this user.

    `CRATON_CACHE` wins; else the platform's user cache directory.
    """
    configured = os.environ.get("CRATON_CACHE")
    return Path(configured) if configured else platformdirs.user_cache_path("craton")


@dataclass(frozen=True, slots=True)
class StackPaths:
    """The folders and files of one stack, all below one data directory."""

    home: Path

    @property
    def root(self) -> Path:
        """Everything of the stack; removing it forgets the stack's data."""
        return self.home / "stack"

    @property
    def status(self) -> Path:
        """The status file other processes read."""
        return self.root / "status.json"

    @property
    def lock(self) -> Path:
        """Held by the running supervisor for as long as it lives."""
        return self.root / "supervisor.lock"

    @property
    def supervisor(self) -> Path:
        """Pid and start time of the running supervisor."""
        return self.root / "supervisor.json"

    @property
    def ports(self) -> Path:
        """The ports chosen, so that a next start takes the same ones."""
        return self.root / "ports.json"

    @property
    def pki(self) -> Path:
        """Authorities, certificates and keys (folder mode 0700)."""
        return self.root / "pki"

    @property
    def logs(self) -> Path:
        """One log file per component."""
        return self.root / "logs"

    @property
    def run(self) -> Path:
        """One process record per running component."""
        return self.root / "run"

    @property
    def retries(self) -> Path:
        """One empty file for each failed component that somebody wants tried again."""
        return self.root / "retries"

    @property
    def conf(self) -> Path:
        """Configuration files written for the components."""
        return self.root / "conf"

    @property
    def kubeconfig(self) -> Path:
        """The administrator's kubeconfig, mode 0600."""
        return self.root / "kubeconfig"

    def data(self, component: str) -> Path:
        """Give the data folder of one component."""
        return self.root / "data" / component

    def prepare(self) -> None:
        """Create the folders, closed to other users."""
        own = (self.pki, self.logs, self.run, self.conf, self.retries, self.root / "data")
        for folder in (self.root, *own):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.root.chmod(0o700)
