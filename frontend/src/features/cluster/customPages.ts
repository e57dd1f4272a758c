import { ApiError } from "../../api/problem";

/** Objects of a custom kind that one answer of the API server brings. */
export const PAGE = 500;
/** A table is put in order among this many objects, unless its reader asks for more. */
export const MOST = 2_000;
/** Rows that are drawn at once: more only when its reader asks for them. */
export const DRAWN = 200;

const EVERY_MS = 10_000;
const AGAIN = 2;

/** How often a page says that it still follows a kind: the console forgets it after a minute. */
const FOLLOW_MS = 30_000;

/** Milliseconds until it says so again; never where it may not see the kind, or there is none. */
export function followsOnAfter(error: unknown): number | false {
  return error instanceof ApiError && [403, 404].includes(error.status) ? false : FOLLOW_MS;
}

/**
 * Milliseconds after which what was read is read again: where changes are followed (`live`) they
 * tell when; never what took many requests.
 */
export function readAgainAfter(pages: number, live: boolean): number | false {
  return live || pages > AGAIN ? false : EVERY_MS;
}

/** Milliseconds between two readings, however much changes: each page is a request. */
export function settlesIn(pages: number): number {
  return 1_000 * Math.max(1, pages);
}

/** Whether the next page is read unasked: `all` are wanted, and there is room for it. */
export function readsOn(all: boolean, objects: number): boolean {
  return all && objects < MOST;
}
