import { useBlocker } from "@tanstack/react-router";
import { useCallback, useEffect, useRef, useState } from "react";
import type { Value, Values, WayView } from "./api";

/** What is typed. Lists are kept as the text they are typed in, one entry a line. */
export type Texts = Record<string, string | null>;

const textOf = (value: unknown): string =>
  Array.isArray(value) ? value.join("\n") : String(value ?? "");

/** The texts of stored values; secrets are absent, which means "as stored". */
export function textsOf(values: Readonly<Record<string, unknown>>): Texts {
  return Object.fromEntries(Object.entries(values).map(([id, value]) => [id, textOf(value)]));
}

/** What the API takes: every open field, and those secrets that were typed. */
export function valuesOf(way: WayView, texts: Texts): Values {
  const found: [string, Value][] = way.fields
    .filter(({ id, secret }) => !secret || typeof texts[id] === "string")
    .map(({ id, input }) => {
      const text = texts[id] ?? "";
      if (input !== "urls") return [id, text];
      return [id, text.split(/[\s,]+/).filter(Boolean)];
    });
  return Object.fromEntries(found);
}

/** The part of the texts that may be kept in the browser: nothing secret, ever. */
export function openTexts(way: WayView | undefined, texts: Texts): Texts {
  const open = new Set(way?.fields.filter(({ secret }) => !secret).map(({ id }) => id));
  return Object.fromEntries(Object.entries(texts).filter(([id]) => open.has(id)));
}

/** Keeps a draft in the tab until it is saved or thrown away; `key` names what it is of. */
export function useKeptDraft<Kept extends object>(key: string, kept: Kept | null) {
  const place = `craton.draft.${key}`;
  const text = kept && JSON.stringify(kept);
  useEffect(() => {
    if (text) sessionStorage.setItem(place, text);
  }, [place, text]);
  return useCallback(() => sessionStorage.removeItem(place), [place]);
}

/** The draft that was kept, if any; a damaged one counts as none. */
export function keptDraft<Kept>(key: string): Partial<Kept> | null {
  try {
    return JSON.parse(sessionStorage.getItem(`craton.draft.${key}`) ?? "null") as Partial<Kept>;
  } catch {
    return null;
  }
}

/** Asks before unsaved changes are left; `release` lets the next navigation pass. */
export function useUnsavedGuard(dirty: boolean) {
  const released = useRef(false);
  const blocked = () => dirty && !released.current;
  const blocker = useBlocker({
    shouldBlockFn: blocked,
    enableBeforeUnload: blocked,
    withResolver: true,
  });
  const release = useCallback(() => {
    released.current = true;
  }, []);
  return { blocker, release };
}

/** Texts with a setter for one of them. */
export function useTexts(initial: Texts) {
  const [texts, setTexts] = useState(initial);
  const setText = useCallback(
    (id: string, text: string | null) => setTexts((before) => ({ ...before, [id]: text })),
    [],
  );
  return { texts, setText, setTexts };
}
