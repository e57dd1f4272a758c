import "@patternfly/react-styles/css/components/Page/page.css";
import { SkipToContent } from "@patternfly/react-core";
import type { MouseEvent, ReactNode } from "react";
import { useTranslation } from "react-i18next";

const MAIN = "main";

export interface FrameProps {
  masthead: ReactNode;
  sidebar: ReactNode;
  children: ReactNode;
}

/**
 * PatternFly's page in its own HTML: masthead, sidebar, and the main part that scrolls. The
 * component brings drawers and breadcrumbs along, a sixth of the first page, to set four classes.
 */
export function Frame({ masthead, sidebar, children }: FrameProps) {
  const { t } = useTranslation();
  return (
    <div className="pf-v6-c-page cr-shell">
      <SkipToContent href={`#${MAIN}`} onClick={skip}>
        {t("shell.skip")}
      </SkipToContent>
      {masthead}
      {sidebar}
      <div className="pf-v6-c-page__main-container pf-m-fill">
        <main id={MAIN} className="pf-v6-c-page__main" tabIndex={-1} aria-label={t("shell.main")}>
          {children}
        </main>
      </div>
    </div>
  );
}

/** Goes to the content without another address: the fragment may hold what the page shows. */
function skip(event: MouseEvent): void {
  event.preventDefault();
  document.getElementById(MAIN)?.focus();
}

export interface SidebarProps {
  open: boolean;
  layout: "rail" | "drawer" | "full";
  children: ReactNode;
}

/** The column of the navigation; closed it is out of the way of eyes, keys and screen readers. */
export function Sidebar({ open, layout, children }: SidebarProps) {
  return (
    <div
      id="page-sidebar"
      className={`pf-v6-c-page__sidebar cr-sidebar ${open ? "" : "pf-m-collapsed"}`}
      aria-hidden={!open}
      data-layout={layout}
      inert={!open}
    >
      <div className="pf-v6-c-page__sidebar-main">
        <div className="pf-v6-c-page__sidebar-body">{children}</div>
      </div>
    </div>
  );
}
