import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { request } from "../api/http";
import type { SearchHit } from "../api/types";
import { listOf } from "../features/routes";
import { collectionsQuery } from "../table/useCollections";

export interface PaletteItem {
  label: string;
  where: string;
  kind: string;
  href: string;
}

const TYPING_PAUSE_MS = 120;
const MOST = 30;

const PAGES = [
  ["/", "overview"],
  ["/machines", "machines"],
  ["/workloads", "workloads"],
  ["/images", "images"],
  ["/key-value", "keyvalue"],
  ["/events", "events"],
] as const;

/** Pages and tables whose name fits, then objects the server finds. */
export function usePaletteItems(text: string): { items: PaletteItem[]; searching: boolean } {
  const { t } = useTranslation();
  const settled = useSettled(text.trim());
  const collections = useQuery(collectionsQuery).data?.collections ?? [];
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
  const needle = text.trim().toLowerCase();
  const fits = (label: string) => label.toLowerCase().includes(needle);
  const pages = PAGES.map(([href, name]) => ({
    label: t(`nav.${name}`),
    where: "",
    kind: t("palette.page"),
    href,
  })).filter(({ label }) => fits(label));
  const tables = collections
    .filter(({ title }) => needle !== "" && fits(title))
    .map(({ name, title }) => ({
      label: title,
      where: "",
      kind: t("palette.table"),
      href: listOf(name),
    }));
  const hits = needle === "" ? [] : (found.data?.results ?? []).map(toItem);
  return { items: [...pages, ...tables, ...hits].slice(0, MOST), searching: found.isFetching };
}

function toItem(hit: SearchHit): PaletteItem {
  return {
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
