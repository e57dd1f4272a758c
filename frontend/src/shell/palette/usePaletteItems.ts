import { useMemo } from "react";
import { grouped, type PaletteItem } from "./item";
import { useCommands } from "./useCommands";
import { useFound } from "./useFound";
import { usePages, useRecent, useTables } from "./usePlaces";

/** Recent places, pages, objects, tables and commands for what is typed, under their headings. */
export function usePaletteItems(
  text: string,
  onHelp: () => void,
): { items: PaletteItem[]; searching: boolean } {
  const trimmed = text.trim();
  const needle = trimmed.toLowerCase();
  const recent = useRecent(needle);
  const pages = usePages(needle);
  const commands = useCommands(needle, onHelp);
  const listed = useMemo(() => new Set(pages.map(({ href }) => href ?? "")), [pages]);
  const tables = useTables(needle, listed);
  const { items: found, searching } = useFound(trimmed);
  return { items: grouped([...recent, ...pages, ...found, ...tables, ...commands]), searching };
}
