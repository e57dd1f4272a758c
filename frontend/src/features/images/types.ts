/** Shapes of `GET /registries/{name}/image`. Sizes in bytes, times in Unix seconds. */
export interface Platform {
  platform: string;
  digest: string;
  media_type: string;
  /** Of the platform's manifest itself. */
  size: number;
  /** Digests of what was built to attest it. */
  attestations: string[];
}

export interface Layer {
  digest: string;
  media_type: string;
  size: number;
  created_by: string;
}

export interface HistoryStep {
  created: number | null;
  created_by: string;
  comment: string;
  /** It made no layer. */
  empty: boolean;
}

export interface ImageConfig {
  digest: string;
  created: number | null;
  author: string;
  platform: string;
  user: string;
  working_dir: string;
  entrypoint: string[];
  cmd: string[];
  env: string[];
  ports: string[];
  labels: Record<string, string>;
  history: HistoryStep[];
}

export interface Manifest {
  digest: string;
  media_type: string;
  artifact_type: string;
  /** Compressed bytes of the whole image. */
  size: number;
  layers: Layer[];
  annotations: Record<string, string>;
  config: ImageConfig | null;
}

export interface Referrer {
  digest: string;
  artifact_type: string;
  badge: string;
  size: number;
  annotations: Record<string, string>;
}

export interface ImageDetail {
  registry: string;
  repository: string;
  reference: string;
  digest: string;
  kind: "index" | "manifest" | "artifact";
  media_type: string;
  annotations: Record<string, string>;
  /** All known tags of the same digest. */
  tags: string[];
  platforms: Platform[];
  /** Of an index, the platform shown first. */
  manifest: Manifest | null;
  referrers: Referrer[];
  missing: string[];
}
