/** Shapes of the REST API that pages read; the contract is the backend's OpenAPI document. */

export type SourceState = "connecting" | "live" | "polling" | "stale" | "denied";

export interface Freshness {
  source: string;
  state: SourceState;
  /** Unix seconds. */
  since: number;
  message: string;
}

export type ColumnType =
  | "text"
  | "number"
  | "quantity"
  | "bytes"
  | "time"
  | "percent"
  | "bool"
  | "status"
  | "labels"
  | "list";

export interface ColumnInfo {
  id: string;
  label: string;
  type: ColumnType;
  sortable: boolean;
  filterable: boolean;
  searched: boolean;
  facet: boolean;
  default: boolean;
}

export interface CollectionInfo {
  name: string;
  title: string;
  kind: string;
  label: string;
  where: string[];
  default_sort: string[];
  columns: ColumnInfo[];
  operators?: Record<string, string[]>;
}

export interface CollectionsAnswer {
  collections: CollectionInfo[];
  operators?: Record<string, string[]>;
}

export interface FacetCount {
  value: string | number | boolean | null;
  count: number;
}

export type Facets = Record<string, FacetCount[]>;

export type Row = { key: string } & Record<string, unknown>;

export interface ListAnswer {
  rows: Row[];
  total: number;
  total_exact: boolean;
  facets: Facets;
  next: string | null;
  freshness: Freshness[];
}

export interface RowAnswer {
  row: Row;
  freshness: Freshness[];
}

export interface SearchHit {
  collection: string;
  key: string;
  label: string;
  where: string[];
  title: string;
  /** Fields of the row that its page's address is made of. */
  at: Record<string, string>;
  status: string | null;
  healthy: boolean | null;
}

export interface Session {
  id: string;
  login: string;
  name: string;
  organisation: string;
  roles: { role: string; title: string; scope: string }[];
  /** Per kind, the verbs held somewhere: for hiding what cannot be used, never a decision. */
  permissions: Record<string, string[]>;
}

export type SystemState = "ok" | "degraded" | "down" | "connecting" | "absent" | "hidden";

export interface SystemHealth {
  name: "kubernetes" | "etcd" | "registry" | "updates";
  state: SystemState;
  sentence: string;
  freshness: Freshness[];
  counts: Record<string, number>;
  link: string;
}

export type Severity = "normal" | "warning" | "error";

export interface OverviewProblem {
  id: string;
  severity: Severity;
  kind: string;
  /** Empty where the line is of many. */
  name: string;
  namespace: string;
  cluster: string;
  reason: string;
  affects: string;
  since: number | null;
  count: number;
  link: string;
  /** How many share the cause. */
  alike: number;
  namespaces: string[];
  members: OverviewProblem[];
}

export interface Capacity {
  used: number | null;
  requested: number;
  allocatable: number;
}

export interface Overview {
  systems: SystemHealth[];
  /** The worst ones; `problems_total` counts all. */
  problems: OverviewProblem[];
  problems_total: number;
  capacity: { cpu: Capacity; memory: Capacity; pods: Capacity } | null;
  recent: {
    at: number;
    source: string;
    severity: Severity;
    reason: string;
    cluster: string;
    kind: string;
    name: string;
    namespace: string;
    message: string;
    link: string;
  }[];
  /** Which part of the organisation the viewer sees; empty for all of it. */
  part: string;
  checked: number;
}

export type ComponentState =
  | "waiting"
  | "building"
  | "starting"
  | "ready"
  | "restarting"
  | "failed"
  | "stopped";

export interface StackComponent {
  name: string;
  kind: string;
  title: string;
  state: ComponentState;
  progress: number | null;
  detail: string | null;
  version: string | null;
  endpoint: string | null;
  pid: number | null;
  since: string | null;
  restarts: number;
  reason: string | null;
  /** Whether there is a log to show. */
  log: boolean;
}

export interface StackView {
  /** False when no local stack was ever started with this data. */
  present: boolean;
  running: boolean;
  updated: string;
  components: StackComponent[];
}
