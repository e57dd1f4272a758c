import { useRouter } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { addressOf } from "../../pages/page";
import { allPages, pageAt } from "../../pages/registry";
import { useTheme } from "../../theme/theme";
import { goTo } from "../navigate";
import { useScopeChoices } from "../useScopeChoices";
import { useSignOut } from "../useSignOut";
import { fits, type PaletteItem } from "./item";

const MOST_NAMESPACES = 6;

/** What the palette can do by itself; the pages' own commands stand in their manifests. */
export function useCommands(needle: string, onHelp: () => void): PaletteItem[] {
  const { t } = useTranslation();
  const [theme, setTheme] = useTheme();
  const leave = useSignOut();
  const scope = useNamespaceCommands(needle);
  if (needle === "") return [];
  const own = [
    ...(["light", "dark", "system"] as const)
      .filter((name) => name !== theme)
      .map((name) => ({
        id: `theme ${name}`,
        label: t("palette.theme", { theme: t(`theme.${name}`) }),
        run: () => setTheme(name),
      })),
    {
      id: "copy link",
      label: t("palette.copyLink"),
      run: () => void navigator.clipboard.writeText(window.location.href),
    },
    { id: "keys", label: t("keys.title"), run: onHelp },
    { id: "sign out", label: t("user.signOut"), run: () => void leave() },
  ].filter(({ label }) => fits(label, needle));
  return [...own, ...scope].map((command) => ({
    ...command,
    section: t("palette.section.command"),
    worded: true,
    where: "",
  }));
}

/** Narrow this page to a namespace, or go to the first page that can be narrowed so. */
function useNamespaceCommands(needle: string) {
  const { t } = useTranslation();
  const router = useRouter();
  const { namespaces } = useScopeChoices(undefined);
  if (needle === "") return [];
  return namespaces
    .map((name) => ({ name, label: t("palette.namespace", { name }) }))
    .filter(({ label }) => fits(label, needle))
    .slice(0, MOST_NAMESPACES)
    .map(({ name, label }) => ({
      id: `namespace ${name}`,
      label,
      run: () => goTo(router, scopedTo(router.state.location.pathname, name)),
    }));
}

/** The address of this page in the namespace; of another where this one does not honour it. */
export function scopedTo(path: string, namespace: string): string {
  const honours = (page: ReturnType<typeof pageAt>) => page?.scope?.includes("namespace") === true;
  const other = allPages().find((page) => page.navigation?.group === "software" && honours(page));
  const target = honours(pageAt(path)) || !other ? path : addressOf(other);
  return `${target}?namespace=${encodeURIComponent(namespace)}`;
}
