import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { collectionsQuery } from "../../api/useCollections";
import { addressOf } from "../../pages/page";
import { allPages, listOf, navigation } from "../../pages/registry";
import { useOffered, useOfferedCommand } from "../../pages/useOffered";
import { mayUse, useSession } from "../../session/session";
import { recentPlaces, useHere } from "../recent";
import { fits, type PaletteItem } from "./item";

/** The pages whose title fits, and what the pages' manifests offer to do. */
export function usePages(needle: string): PaletteItem[] {
  const { t } = useTranslation();
  const offered = useOffered();
  const may = useOfferedCommand();
  const pages = navigation(offered)
    .flatMap((group) => group.pages)
    .map((page) => ({
      id: `page ${page.id}`,
      section: t("palette.section.page"),
      label: t(page.title) as string,
      href: addressOf(page),
    }));
  const commands = allPages()
    .flatMap((page) => page.commands ?? [])
    .filter(may)
    .map(({ id, title, href }) => ({
      id: `command ${id}`,
      section: t("palette.section.command"),
      label: t(title) as string,
      href,
    }));
  return [...pages, ...commands]
    .filter(({ label }) => fits(label, needle))
    .map((item) => ({ ...item, worded: true, where: "" }));
}

/** Tables whose title fits, without those that are a page already listed. */
export function useTables(needle: string, listed: ReadonlySet<string>): PaletteItem[] {
  const { t } = useTranslation();
  const session = useSession();
  const collections = useQuery(collectionsQuery).data?.collections ?? [];
  if (needle === "") return [];
  return collections
    .filter(({ title, kind }) => fits(title, needle) && mayUse(session, kind))
    .map(({ name, title }) => ({
      id: `table ${name}`,
      section: t("palette.section.table"),
      label: title,
      worded: false,
      where: "",
      href: listOf(name),
    }))
    .filter(({ href }) => !listed.has(href));
}

/** Where the viewer was lately: what an empty palette begins with. */
export function useRecent(needle: string): PaletteItem[] {
  const { t } = useTranslation();
  const who = useSession()?.id ?? "";
  const here = useHere();
  if (needle !== "") return [];
  const others = recentPlaces(who).filter(({ href }) => href !== here);
  return others.map(({ href, title }) => ({
    id: `recent ${href}`,
    section: t("palette.section.recent"),
    label: title,
    worded: false,
    where: readable(href),
    href,
  }));
}

/** What tells two places of one title apart. */
function readable(href: string): string {
  return decodeURIComponent(href.split("?")[1]?.replaceAll("&", ", ").replaceAll("+", " ") ?? "");
}
