import { Tab, Tabs, TabTitleText } from "@patternfly/react-core";
import { useRouter } from "@tanstack/react-router";
import { type ReactNode, useEffect } from "react";
import { goTo, hrefOf } from "./navigate";

/** The page itself is what a tab shows. */
const MAIN = "main";

export interface PageTab {
  id: string;
  href: string;
  title: ReactNode;
}

/** Tabs that are pages: each has its own address. */
export function PageTabs({
  label,
  active,
  tabs,
}: {
  label: string;
  active: string;
  tabs: readonly PageTab[];
}) {
  const router = useRouter();
  useEffect(() => {
    // On a phone the tab of a page opened by its address may lie beyond the edge.
    const tab = document.querySelector(`.cr-tabs [id^="pf-tab-${active}-"]`);
    tab?.scrollIntoView?.({ block: "nearest", inline: "center" });
  }, [active]);
  return (
    <Tabs
      component="nav"
      aria-label={label}
      activeKey={active}
      className="cr-tabs"
      onSelect={(event, key) => {
        event.preventDefault();
        const tab = tabs.find(({ id }) => id === key);
        if (tab) goTo(router, tab.href);
      }}
    >
      {tabs.map(({ id, href, title }) => (
        <Tab
          key={id}
          eventKey={id}
          tabContentId={MAIN}
          href={hrefOf(router, href)}
          title={<TabTitleText>{title}</TabTitleText>}
        />
      ))}
    </Tabs>
  );
}
