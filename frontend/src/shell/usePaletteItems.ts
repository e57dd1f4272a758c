import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { request } from "../api/http";
import type { SearchHit } from "../api/types";
import { collectionsQuery } from "../api/useCollections";
import { addressOf } from "../pages/page";
import { allPages, listOf } from "../pages/registry";
import { useOffered, useOfferedCommand } from "../pages/useOffered";

/** Parts of the palette's list, in the order in which they stand. */
export type Section = "page" | "command" | "table" | "object";

export interface PaletteItem {
  /** Unique in the list. */
  id: string;
  section: Section;
  label: string;
  where: string;
  kind: string;
  href: string;
}

const TYPING_PAUSE_MS = 120;
const MOST = 30;

/** Pages, commands and tables whose name fits, then objects the server finds. */
export function usePaletteItems(text: string): { items: PaletteItem[]; searching: boolean } {
  const settled = useSettled(text.trim());
  const needle = text.trim().toLowerCase();
  const places = usePlaces(needle);
  const tables = useTables(needle, new Set(places.map(({ href }) => href)));
  const found = useQuery({
    queryKey: ["search", settled],
    queryFn: ({ signal }) =>
      request<{ results: SearchHit[] }>(
        `search?${new URLSearchParams({ q: settled, limit: String(MOST) })}`,
        { signal },
      ),
    enabled: settled !== "",
    placeholderData: keepPreviousData,
    retry: false,
  });
  const hits = needle === "" ? [] : (found.data?.results ?? []).map(toItem);
  return { items: [...places, ...tables, ...hits].slice(0, MOST), searching: found.isFetching };
}

/** The navigation's pages and the pages' commands. */
function usePlaces(needle: string): PaletteItem[] {
  const { t } = useTranslation();
  const offered = useOffered();
  const may = useOfferedCommand();
  const pages = allPages()
    .filter((page) => page.navigation && offered(page))
    .map(
      (page): PaletteItem => ({
        id: `page ${page.id}`,
        section: "page",
        label: t(page.title) as string,
        where: "",
        kind: t("palette.page"),
        href: addressOf(page),
      }),
    );
  const commands = allPages()
    .flatMap((page) => page.commands ?? [])
    .filter(may)
    .map(
      (command): PaletteItem => ({
        id: `command ${command.id}`,
        section: "command",
        label: t(command.title) as string,
        where: "",
        kind: t("palette.command"),
        href: command.href,
      }),
    );
  return [...pages, ...commands].filter(({ label }) => label.toLowerCase().includes(needle));
}

/** Tables whose title fits, without those that are a page already listed. */
function useTables(needle: string, listed: ReadonlySet<string>): PaletteItem[] {
  const { t } = useTranslation();
  const collections = useQuery(collectionsQuery).data?.collections ?? [];
  if (needle === "") return [];
  return collections
    .filter(({ title }) => title.toLowerCase().includes(needle))
    .map(
      ({ name, title }): PaletteItem => ({
        id: `table ${name}`,
        section: "table",
        label: title,
        where: "",
        kind: t("palette.table"),
        href: listOf(name),
      }),
    )
    .filter(({ href }) => !listed.has(href));
}

function toItem(hit: SearchHit): PaletteItem {
  return {
    id: `object ${hit.collection} ${hit.key}`,
    section: "object",
    label: hit.label,
    where: [hit.where].flat().filter(Boolean).join(" / "),
    kind: hit.title ?? hit.collection,
    href: `${listOf(hit.collection)}?row=${encodeURIComponent(hit.key)}`,
  };
}

function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
