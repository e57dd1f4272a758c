import { definePage } from "../../pages/page";

export const pages = [
  definePage({
    id: "runbook",
    path: "/key-value/$etcd/runbooks/$runbook",
    title: "nav.keyvalue",
    load: async () => (await import("./PlanPage")).PlanPage,
  }),
  definePage({
    id: "runbook-run",
    path: "/key-value/$etcd/runbooks/$runbook/runs/$job",
    title: "nav.keyvalue",
    load: async () => (await import("./RunPage")).RunPage,
  }),
  definePage({
    id: "snapshot",
    path: "/key-value/$etcd/snapshot",
    title: "nav.keyvalue",
    load: async () => (await import("./SnapshotPage")).SnapshotPage,
  }),
];
