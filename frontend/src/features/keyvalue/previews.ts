import { useQuery } from "@tanstack/react-query";
import { previewValues } from "../../api/generated/sdk.gen";
import type { ValuePreview } from "../../api/generated/types.gen";
import { inParts } from "../../api/inParts";
import { mayUse, useSession } from "../../session/session";

/** As many as the server takes. */
const MOST = 40;
const GATHER_MS = 20;

interface Asked {
  key: string;
  resolve: (preview: ValuePreview | null) => void;
  reject: (error: unknown) => void;
}

/** Asks for the values of the rows on screen together, a few requests for a screenful. */
class Gatherer {
  private waiting: Asked[] = [];

  constructor(private readonly etcd: string) {}

  ask(key: string): Promise<ValuePreview | null> {
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
      const query = { key: asked.map(({ key }) => key) };
      const { data } = await previewValues({ path: { name: this.etcd }, query });
      const found = new Map(data.map((preview) => [preview.path, preview]));
      for (const { key, resolve } of asked) resolve(found.get(key) ?? null);
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }
}

const gatherers = new Map<string, Gatherer>();

function gathererOf(etcd: string): Gatherer {
  const known = gatherers.get(etcd) ?? new Gatherer(etcd);
  gatherers.set(etcd, known);
  return known;
}

/** The beginning of a key's value as of its revision; null when it is gone. */
export function usePreview(etcd: string, path: string, revision: unknown) {
  const allowed = mayUse(useSession(), "key", "get");
  return useQuery({
    queryKey: ["preview", etcd, path, revision],
    queryFn: () => gathererOf(etcd).ask(path),
    enabled: allowed,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    retry: false,
  });
}
