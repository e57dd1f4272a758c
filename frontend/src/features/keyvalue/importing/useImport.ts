import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { planImport, writeImportBatch } from "../../../api/generated/sdk.gen";
import type { ImportItem, ImportPlan } from "../../../api/generated/types.gen";
import { type Problem, toProblem } from "../../../api/problem";
import { batchesOf, toWrite } from "./batches";

/** What came of a key: `why` is the server's sentence. */
export interface Outcome {
  came: "written" | "unwritten" | "unsent" | "unknown";
  why: string;
  revision: number;
}

/** A plan that was, or is being, written. */
export interface Writing {
  sent: number;
  total: number;
  over: boolean;
  stopping: boolean;
  outcomes: ReadonlyMap<string, Outcome>;
  problem: Problem | null;
}

const UNSENT: Outcome = { came: "unsent", why: "", revision: 0 };

/**
 * An import: tried, then written batch by batch, each key compared with what the try saw of it.
 * The console keeps nothing of the file: what is not sent, because it was stopped or the tab was
 * closed, is not written.
 */
export function useImport(etcd: string) {
  const queries = useQueryClient();
  const stopped = useRef(false);
  const [writing, setWriting] = useState<Writing | null>(null);
  useEffect(() => {
    stopped.current = false;
    return () => {
      stopped.current = true;
    };
  }, []);
  const planning = useMutation({
    mutationFn: async (text: string) =>
      (await planImport({ path: { name: etcd }, body: { text } })).data,
    onMutate: () => setWriting(null),
  });
  const write = async (plan: ImportPlan) => {
    const items = toWrite(plan.items);
    stopped.current = false;
    let now: Writing = {
      sent: 0,
      total: items.length,
      over: false,
      stopping: false,
      outcomes: new Map(items.map(({ path }) => [path, UNSENT])),
      problem: null,
    };
    const tell = (next: Partial<Writing>) => {
      now = { ...now, ...next };
      setWriting((before) => ({ ...now, stopping: before?.stopping ?? false }));
    };
    setWriting(now);
    for (const part of batchesOf(items)) {
      if (stopped.current || now.problem) break;
      const { outcomes, problem } = await sent(etcd, part);
      tell({
        sent: now.sent + part.length,
        outcomes: new Map([...now.outcomes, ...outcomes]),
        problem,
      });
    }
    tell({ over: true });
    void queries.invalidateQueries();
  };
  return {
    planning,
    writing,
    write,
    stop: () => {
      stopped.current = true;
      setWriting((before) => before && { ...before, stopping: true });
    },
    forget: () => {
      planning.reset();
      setWriting(null);
    },
  };
}

interface Sent {
  outcomes: readonly (readonly [string, Outcome])[];
  problem: Problem | null;
}

async function sent(etcd: string, part: readonly ImportItem[]): Promise<Sent> {
  const items = part.map(({ path, base64, version }) => ({
    key: path,
    base64: base64 ?? "",
    version,
  }));
  try {
    const { data } = await writeImportBatch({ path: { name: etcd }, body: { items } });
    const outcomes = data.items.map(({ path, written, why, revision }): [string, Outcome] => [
      path,
      { came: written ? "written" : "unwritten", why, revision },
    ]);
    return { outcomes, problem: null };
  } catch (error) {
    const problem = toProblem(error);
    const came = problem.status === 0 || problem.status >= 500 ? "unknown" : "unwritten";
    const outcome: Outcome = { came, why: came === "unwritten" ? problem.detail : "", revision: 0 };
    return { outcomes: part.map(({ path }) => [path, outcome]), problem };
  }
}
