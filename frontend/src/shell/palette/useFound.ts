import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { findOptions } from "../../api/generated/@tanstack/react-query.gen";
import type { Hit } from "../../api/generated/types.gen";
import { hrefOfRow, listOf } from "../../pages/registry";
import { type Tone, toneOf } from "../../status/tone";
import { useScope } from "../scope";
import type { PaletteItem } from "./item";

const TYPING_PAUSE_MS = 120;
const MOST = 40;
const AGAIN_MS = 400;
const MOST_TRIES = 10;

/** The objects the server finds, best first, once the typing pauses. */
export function useFound(text: string): { items: PaletteItem[]; searching: boolean } {
  const settled = useSettled(text);
  const { team } = useScope();
  const found = useQuery({
    ...findOptions({ query: { q: settled, limit: MOST, ...(team && { team }) } }),
    enabled: settled !== "",
    // The server answers with what it found in its time; what was busy is asked again.
    refetchInterval: ({ state }) =>
      !state.error && state.data?.partial && state.dataUpdateCount < MOST_TRIES ? AGAIN_MS : false,
    placeholderData: keepPreviousData,
    retry: false,
  });
  const ofOtherText = settled !== text || found.isPlaceholderData;
  const hits = text === "" ? [] : (found.data?.results ?? []);
  const items = (ofOtherText ? hitsWith(text, hits) : hits).map(toItem);
  return { items, searching: found.isFetching || settled !== text };
}

/** Of what was found for another text, what fits this one too: Enter must open nothing else. */
function hitsWith(text: string, hits: readonly Hit[]): readonly Hit[] {
  const needle = text.toLowerCase();
  return hits.filter(({ label }) => label.toLowerCase().includes(needle));
}

/** A hit leads to the object's page; to its line in its table where it has none. */
export function toItem(hit: Hit): PaletteItem {
  const table = `${listOf(hit.collection)}?row=${encodeURIComponent(hit.key)}`;
  return {
    id: `object ${hit.collection} ${hit.key}`,
    section: hit.title,
    label: hit.label,
    worded: false,
    where: hit.where.filter(Boolean).join(" / "),
    href: hrefOfRow(hit.collection, { ...hit.at, key: hit.key }) ?? table,
    table,
    status: hit.status ?? undefined,
    tone: toneOfHit(hit),
  };
}

function toneOfHit({ status, healthy }: Hit): Tone | undefined {
  if (!status) return healthy === false ? "warn" : undefined;
  const tone = toneOf(status);
  return healthy === false && tone === "ok" ? "warn" : tone;
}

function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
