import { useEffect, useRef, useState } from "react";
import { openStream } from "../../../api/http";
import { type Problem, toProblem } from "../../../api/problem";
import { isEvent, Kept, type LogItem, Splitter } from "./lines";

export interface LogAsked {
  cluster: string;
  namespace: string;
  pods: readonly string[];
  /** Empty: all of them. */
  container: string;
  previous: boolean;
  follow: boolean;
  tail: number;
  /** Nothing before this time (RFC 3339); empty: from any time. */
  since: string;
}

export interface Log {
  items: readonly LogItem[];
  dropped: number;
  state: "loading" | "live" | "ended" | "failed";
  problem: Problem | null;
  /** Ask for it again from its end. */
  again: () => void;
}

/** New lines are shown this often: a flood must not hold up the page. */
const SHOW_MS = 120;

export function addressOf(asked: LogAsked, form: "lines" | "text" = "lines"): string {
  const params = new URLSearchParams({ tail: String(asked.tail), form });
  for (const pod of asked.pods) params.append("pod", pod);
  if (asked.container) params.set("container", asked.container);
  if (asked.since) params.set("since", asked.since);
  if (asked.previous) params.set("previous", "true");
  if (asked.follow && form === "lines") params.set("follow", "true");
  const place = [asked.cluster, "logs", asked.namespace].map(encodeURIComponent).join("/");
  return `clusters/${place}?${params}`;
}

interface Shown {
  items: readonly LogItem[];
  dropped: number;
  state: Log["state"];
  problem: Problem | null;
}

const EMPTY: Shown = { items: [], dropped: 0, state: "loading", problem: null };

/** The lines of a log as they come, the newest of them kept. */
export function useLog(asked: LogAsked): Log {
  const [shown, setShown] = useState(EMPTY);
  const [round, setRound] = useState(0);
  const address = asked.pods.length > 0 ? addressOf(asked) : null;
  const kept = useRef(new Kept());
  useEffect(() => {
    // Another `round` reads the same once more.
    void round;
    kept.current.clear();
    setShown(EMPTY);
    if (address === null) return;
    const ending = new AbortController();
    void read(address, ending.signal, kept.current, setShown);
    return () => ending.abort();
  }, [address, round]);
  return { ...shown, again: () => setRound((old) => old + 1) };
}

async function read(
  address: string,
  signal: AbortSignal,
  kept: Kept,
  show: (shown: Shown) => void,
): Promise<void> {
  let timer: number | undefined;
  const tell = (state: Shown["state"], problem: Problem | null = null) => {
    window.clearTimeout(timer);
    timer = undefined;
    if (!signal.aborted) show({ items: kept.all.slice(), dropped: kept.dropped, state, problem });
  };
  try {
    const reader = (await openStream(address, signal)).getReader();
    const splitter = new Splitter();
    tell("live");
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const items = splitter.feed(value);
      kept.add(items);
      if (items.some((item) => isEvent(item) && item.event === "over")) {
        await reader.cancel();
        break;
      }
      if (items.length > 0) timer ??= window.setTimeout(() => tell("live"), SHOW_MS);
    }
    tell("ended");
  } catch (error) {
    if (!signal.aborted) tell("failed", toProblem(error));
  } finally {
    window.clearTimeout(timer);
  }
}
