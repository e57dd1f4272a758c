import { useQuery } from "@tanstack/react-query";
import { readTrends } from "../../api/generated/sdk.gen";
import { inParts } from "../../api/inParts";

export type Measured = "nodes" | "pods";

export interface Trend {
  cpu: readonly (number | null)[];
  memory: readonly (number | null)[];
}

/** As many as the server takes. */
const MOST = 100;
const GATHER_MS = 20;
/** A trend is of two minutes a point. */
const EVERY_MS = 60_000;

interface Asked {
  key: string;
  resolve: (trend: Trend | null) => void;
  reject: (error: unknown) => void;
}

/** Asks for the trends of the rows on screen together, a request or a few for a screenful. */
class Gatherer {
  private waiting: Asked[] = [];

  constructor(
    private readonly cluster: string,
    private readonly kind: Measured,
  ) {}

  ask(key: string): Promise<Trend | null> {
    return new Promise((resolve, reject) => {
      if (this.waiting.length === 0) setTimeout(() => this.send(), GATHER_MS);
      this.waiting.push({ key, resolve, reject });
    });
  }

  private send(): void {
    const all = this.waiting;
    this.waiting = [];
    for (const part of inParts(all, MOST, ({ key }) => key)) void this.fetch(part);
  }

  private async fetch(asked: readonly Asked[]): Promise<void> {
    try {
      const path = { cluster: this.cluster, kind: this.kind };
      const { data } = await readTrends({ path, query: { key: asked.map(({ key }) => key) } });
      for (const { key, resolve } of asked) {
        const cpu = data.cpu[key];
        resolve(cpu ? { cpu, memory: data.memory[key] ?? [] } : null);
      }
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }
}

const gatherers = new Map<string, Gatherer>();

function gathererOf(cluster: string, kind: Measured): Gatherer {
  const id = `${kind}/${cluster}`;
  const known = gatherers.get(id) ?? new Gatherer(cluster, kind);
  gatherers.set(id, known);
  return known;
}

/** What a node, or a pod (`namespace/name`), used in the last hour. */
export function useTrend(cluster: string, kind: Measured, key: string) {
  return useQuery({
    queryKey: ["trend", kind, cluster, key],
    queryFn: () => gathererOf(cluster, kind).ask(key),
    staleTime: EVERY_MS / 2,
    refetchInterval: EVERY_MS,
    gcTime: EVERY_MS,
    retry: false,
  });
}
