import { useSyncExternalStore } from "react";

/** Something that happened elsewhere than on the page a person looks at. */
export interface News {
  id: number;
  /** Unix seconds. */
  at: number;
  /** A sentence, in the words of the console and of the systems. */
  title: string;
  tone: "success" | "danger" | "info";
  detail?: string;
  /** Where it is seen: a job, the new object. */
  href?: string;
  /** Of the request that did it: the audit's entry bears it. */
  requestId?: string;
  undo?: () => void;
}

/** How many the jobs tray remembers. */
const KEPT = 20;

let history: readonly News[] = [];
let shown: readonly News[] = [];
let latest = 0;
const listeners = new Set<() => void>();

function publish(next: { history?: readonly News[]; shown?: readonly News[] }): void {
  history = next.history ?? history;
  shown = next.shown ?? shown;
  for (const listener of listeners) listener();
}

/** Tell it, wherever the person is now. */
export function announce(news: Omit<News, "id" | "at">): void {
  latest += 1;
  const told = { ...news, id: latest, at: Date.now() / 1000 };
  publish({ history: [told, ...history].slice(0, KEPT), shown: [told, ...shown] });
}

/** It was read, or its time is over; the tray still has it. */
export function dismiss(id: number): void {
  publish({ shown: shown.filter((one) => one.id !== id) });
}

/** Nothing of one person is told to the next in the same tab. */
export function forgetNews(): void {
  publish({ history: [], shown: [] });
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** What is to be told now, newest first. */
export const useShownNews = () => useSyncExternalStore(subscribe, () => shown);

/** What was told in this tab, newest first. */
export const useNewsHistory = () => useSyncExternalStore(subscribe, () => history);

/** Where Activity shows what one request did. */
export const entryHref = (requestId: string) =>
  `/activity?filter=${encodeURIComponent(`request=${JSON.stringify(requestId)}`)}`;
