/** What `GET /clusters/{cluster}/{kind}/{namespace}/{name}` answers. Times are Unix seconds. */
export interface ObjectDetail {
  cluster: string;
  kind: string;
  plural: string;
  api_version: string;
  namespace: string;
  name: string;
  uid: string;
  created: number | null;
  deleting: boolean;
  simulated: boolean;
  status: string;
  healthy: boolean | null;
  summary: string;
  /** The pod that the summary is told of. */
  because: ObjectRef | null;
  facts: { label: string; value: string }[];
  /** From the direct owner to the outermost. */
  owners: ObjectRef[];
  related: RelatedGroup[];
  conditions: ConditionInfo[];
  containers: ContainerInfo[];
  labels: Record<string, string>;
  annotations: Record<string, string>;
  /** In words, what could not be read; the rest is complete. */
  missing: string[];
}

export interface ObjectRef {
  kind: string;
  plural: string;
  namespace: string;
  name: string;
  status: string | null;
  healthy: boolean | null;
  reason: string;
}

export interface RelatedGroup {
  title: string;
  items: ObjectRef[];
  /** There are more than listed. */
  more: boolean;
}

export interface ConditionInfo {
  type: string;
  status: string;
  reason: string;
  message: string;
  since: number | null;
  /** Null where the type does not say which way is good. */
  good: boolean | null;
}

export interface ContainerInfo {
  name: string;
  role: string;
  image: string;
  digest: string;
  state: string;
  reason: string;
  since: number | null;
  last_state: string;
  ready: boolean;
  restarts: number;
  requests: Record<string, string>;
  limits: Record<string, string>;
}
