import { Tab, TabContent, Tabs, TabTitleText } from "@patternfly/react-core";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { formatNumber } from "../format/numbers";
import { text } from "../pages/search";
import { useSearchOf } from "../pages/useSearchOf";

/** The page's manifest says which tabs there are. */
const TAB_SEARCH = { tab: text };

export interface DetailTab {
  id: string;
  title: string;
  /** How many things the tab holds, where a count means something. */
  count?: number | undefined;
  /** The content scrolls inside itself (tables, code) and takes the height that is left. */
  fills?: boolean;
  /** What goes on in it does so while another tab is looked at. */
  stays?: boolean;
  content: () => ReactNode;
}

export interface DetailTabsProps {
  label: string;
  tabs: readonly DetailTab[];
  /** Stands beside every tab but those that need the whole width. */
  rail?: ReactNode;
}

/** The tabs of a detail page; which one is open is part of the address. */
export function DetailTabs({ label, tabs, rail }: DetailTabsProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const asked = useSearchOf(TAB_SEARCH).tab;
  const active = tabs.find(({ id }) => id === asked) ?? tabs[0];
  const drawn = useDrawn(tabs, active?.id);
  if (!active) return null;
  const railed = Boolean(rail) && !active.fills;
  const choose = (id: string) =>
    void navigate({
      to: ".",
      search: (old: Record<string, unknown>) => {
        const { tab: _, ...rest } = old;
        return id === tabs[0]?.id ? rest : { ...rest, tab: id };
      },
      replace: true,
    });
  return (
    <>
      {tabs.length > 1 && (
        <Tabs
          aria-label={label}
          activeKey={active.id}
          className="cr-tabs"
          onSelect={(_, key) => choose(String(key))}
        >
          {tabs.map(({ id, title, count }) => (
            <Tab
              key={id}
              eventKey={id}
              tabContentId={`tab-${id}`}
              title={
                <TabTitleText>
                  {title}
                  {count !== undefined && (
                    <span className="cr-tab-count" translate="no">
                      {formatNumber(count)}
                    </span>
                  )}
                </TabTitleText>
              }
            />
          ))}
        </Tabs>
      )}
      <div className={railed ? "cr-detail-body" : "cr-detail-body cr-detail-whole"}>
        {drawn.map(({ id, title, fills, content }) => (
          <TabContent
            key={id}
            id={`tab-${id}`}
            eventKey={id}
            activeKey={active.id}
            aria-label={title}
            className={fills ? "cr-tab-body cr-tab-fills" : "cr-tab-body"}
          >
            {content()}
          </TabContent>
        ))}
        {railed && (
          <aside className="cr-detail-rail" aria-label={t("detail.facts")}>
            {rail}
          </aside>
        )}
      </div>
    </>
  );
}

/** The tab that is open, and those before it that go on. */
function useDrawn(tabs: readonly DetailTab[], active: string | undefined): readonly DetailTab[] {
  const [opened, setOpened] = useState<readonly string[]>([]);
  const stays = tabs.some(({ id, stays }) => stays && id === active);
  if (active !== undefined && stays && !opened.includes(active)) setOpened([...opened, active]);
  return tabs.filter(({ id, stays }) => id === active || (stays && opened.includes(id)));
}
