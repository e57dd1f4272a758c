import type { OverviewView, SessionView, StackView } from "../api/generated/types.gen";

/** Answers of the REST API with something of everything a page can show. */
export const SESSION: SessionView = {
  id: "u1",
  login: "ada",
  name: "Ada",
  organisation: "main",
  roles: [{ role: "owner", title: "Owner", scope: "org/main" }],
  permissions: { activity: ["list"], user: ["list"], stack: ["list"] },
};

export const OVERVIEW: OverviewView = {
  systems: [
    {
      name: "kubernetes",
      state: "degraded",
      sentence: "1 of 12 machines is not ready.",
      freshness: [{ source: "kubernetes/local", state: "live", since: 1, message: "" }],
      counts: { machines: 12, pods: 80 },
      link: "/machines",
    },
    {
      name: "updates",
      state: "absent",
      sentence: "No update service is connected.",
      freshness: [],
      counts: {},
      link: "/updates",
    },
  ],
  problems: [
    {
      id: "p1",
      severity: "error",
      kind: "Node",
      name: "node-3",
      namespace: "",
      cluster: "",
      reason: "Its kubelet stopped reporting",
      since: 1_700_000_000,
      seen: 1_700_000_000,
      affects: "12 pods",
      count: 12,
      link: "/machines?row=node-3",
      alike: 1,
      namespaces: [],
      members: [],
    },
    {
      id: "g1",
      severity: "warning",
      kind: "Deployment",
      name: "",
      namespace: "",
      cluster: "",
      reason: "Waits for its pods",
      since: null,
      seen: 1_700_000_000,
      affects: "2,378 pods missing",
      count: 2378,
      link: "/browse/problems",
      alike: 1189,
      namespaces: ["shop", "payments"],
      members: [],
    },
  ],
  problems_total: 1190,
  capacity: {
    cpu: { used: null, requested: 4, allocatable: 16 },
    memory: { used: null, requested: 2 ** 33, allocatable: 2 ** 35 },
    pods: { used: 80, requested: 80, allocatable: 1_000 },
  },
  recent: [
    {
      at: 1_700_000_000,
      source: "kubernetes",
      severity: "warning",
      reason: "BackOff",
      cluster: "local",
      kind: "Pod",
      name: "web-1",
      namespace: "shop",
      message: "Back-off restarting failed container",
      link: "/events",
    },
  ],
  part: "",
  checked: 1_700_000_000,
};

export const STACK: StackView = {
  present: true,
  running: true,
  updated: "2026-01-01T00:00:00Z",
  components: [
    {
      name: "etcd-1",
      kind: "etcd",
      title: "etcd member 1",
      state: "building",
      progress: 0.4,
      detail: "compiling 312 of 640 packages",
      version: "3.7.3",
      endpoint: null,
      pid: null,
      since: "2026-01-01T00:00:00Z",
      restarts: 2,
      reason: null,
      log: true,
    },
  ],
};
