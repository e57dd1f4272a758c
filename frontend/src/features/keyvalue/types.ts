/** Shapes of `GET /etcd/{name}` and below. Sizes in bytes, times in Unix seconds. */
export type Verdict = "ok" | "warning" | "critical" | "unknown";

export interface Signal {
  id: string;
  title: string;
  /** Empty for the whole cluster. */
  member: string;
  value: number | null;
  unit: "" | "seconds" | "percent" | "bytes" | "count";
  threshold: number | null;
  status: Verdict;
  words: string;
  /** Whether `threshold` is the most or the least it should be. */
  bound: "most" | "least";
  /** Unix seconds of the judgement, or since when the member is silent; null: now. */
  at: number | null;
}

export interface EtcdHealth {
  name: string;
  sentence: string;
  status: Verdict;
  cluster_id: string;
  leader: string;
  members: number;
  answering: number;
  quorum: number;
  revision: number;
  version: string;
  keys: number;
  /** Keys above the configured limit, which no table shows. */
  left_out: number;
  alarms: { member: string; alarm: string }[];
  signals: Signal[];
  at: number | null;
}

export interface FolderItem {
  kind: "folder" | "key";
  name: string;
  path: string;
  /** Keys below a folder. */
  keys: number;
}

export interface FolderPage {
  prefix: string;
  keys: number;
  complete: boolean;
  items: FolderItem[];
  next: string | null;
}

export type ValueForm =
  | "empty"
  | "encrypted"
  | "kubernetes"
  | "json"
  | "text"
  | "binary"
  | "masked";

export interface StoredValue {
  etcd: string;
  path: string;
  form: ValueForm;
  size: number;
  text: string;
  truncated: boolean;
  note: string;
  /** Secrets that are not shown. */
  masked: number;
  /** Whether they can be shown, by right and on record. */
  revealable: boolean;
  object: {
    api_version: string;
    kind: string;
    namespace: string;
    name: string;
    uid: string;
  } | null;
  version: number;
  created_revision: number;
  revision: number;
  read_at_revision: number;
  lease: string;
  ttl: number | null;
}
