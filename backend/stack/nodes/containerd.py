"""containerd's configuration on a real node."""

_CONFIG = """\
version = 3
root = "/var/lib/containerd"
state = "/run/containerd"
# What needs kernels and disks set up for it.
disabled_plugins = [
  "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs",
  "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.blockfile",
  "io.containerd.snapshotter.v1.erofs", "io.containerd.nri.v1.nri",
  "io.containerd.tracing.processor.v1.otlp", "io.containerd.internal.v1.tracing",
]

[grpc]
  address = "/run/containerd/containerd.sock"

[plugins."io.containerd.cri.v1.images".pinned_images]
  sandbox = "{pause}"

[plugins."io.containerd.cri.v1.images".registry]
  config_path = "/var/lib/containerd/certs.d"

[plugins."io.containerd.cri.v1.runtime"]
  # Without the right to lower it (CAP_SYS_RESOURCE), runc would fail to start anything.
  restrict_oom_score_adj = true

[plugins."io.containerd.cri.v1.runtime".cni]
  bin_dirs = ["/run/bin"]
  conf_dir = "/var/lib/cni/net.d"
  use_internal_loopback = true

[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"

[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
  BinaryName = "/run/bin/runc"
  SystemdCgroup = false
"""


def configuration(pause: str) -> str:
    """Give the configuration; `pause` is the image that holds a pod's namespaces."""
    return _CONFIG.format(pause=pause)


def registry_hosts(url: str) -> str:
    """Lead what is pulled from the stack's registry over the bridge: its name is loopback's."""
    return f'server = "{url}"\n\n[host."{url}"]\n  capabilities = ["pull", "resolve"]\n'
