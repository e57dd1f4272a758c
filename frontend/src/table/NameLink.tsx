import { useRouter } from "@tanstack/react-router";
import type { MouseEvent, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { ColumnInfo, Row } from "../api/generated/types.gen";
import { AppLink } from "../shell/AppLink";
import { parseSearch } from "../shell/searchParams";

export interface NameLinkProps {
  row: Row;
  column: ColumnInfo;
  /** The row's page, or where its panel is open. */
  href: string;
  open: boolean;
  gone: boolean;
  /** A plain click shows the panel; undefined where the link itself is followed. */
  onOpen: ((key: string) => void) | undefined;
  children: ReactNode;
}

/**
 * The name of a row: a link as any other, so that a new tab, the middle button and "copy link
 * address" work. A plain click or Enter shows the row beside the table; once more, its page.
 */
export function NameLink({ row, column, href, open, gone, onOpen, children }: NameLinkProps) {
  const { t } = useTranslation();
  const router = useRouter();
  const click = (event: MouseEvent) => {
    event.stopPropagation();
    if (!onOpen) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const again = open && event.detail === 0;
    if (again && !isPanel(href, router.state.location.pathname, row.key)) return;
    event.preventDefault();
    if (!again) onOpen(row.key);
  };
  return (
    <span className="cr-name">
      <AppLink
        href={href}
        className="cr-name-link"
        title={String(row[column.id] ?? row.key)}
        onClick={click}
      >
        {children}
      </AppLink>
      {row.simulated === true && (
        <abbr className="cr-simulated" title={t("table.simulatedHint")}>
          {t("table.simulated")}
        </abbr>
      )}
      {gone && <span className="cr-gone-word">{t("table.gone")}</span>}
    </span>
  );
}

/** The address is that of a row's panel in the table of this page: the row has no page. */
function isPanel(href: string, pathname: string, key: string): boolean {
  const [path, search = ""] = href.split("?");
  return path === pathname && parseSearch(search).row === key;
}
