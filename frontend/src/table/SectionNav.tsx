import { MenuToggle, Select, SelectGroup, SelectList, SelectOption } from "@patternfly/react-core";
import { useRouter } from "@tanstack/react-router";
import { type ReactNode, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useCollection } from "../api/useCollections";
import { formatNumber } from "../format/numbers";
import { EMPTY_QUERY } from "../live/query";
import { useLiveView } from "../live/react";
import { AppLink } from "../shell/AppLink";
import { goTo } from "../shell/navigate";
import { useScope } from "../shell/scope";
import { useNarrow } from "../shell/useNarrow";
import { scopeFilters } from "./search";
import { hasHealth } from "./summary";

/** One table of a page that has many. */
export interface SectionEntry {
  collection: string;
  title: string;
  href: string;
}

/** Tables that belong together; one of its own stands without a heading. */
export interface SectionGroup {
  title: string;
  entries: readonly SectionEntry[];
}

export interface SectionNavProps {
  label: string;
  active: string;
  groups: readonly SectionGroup[];
  children: ReactNode;
}

/**
 * The second column of a page with more tables than tabs can hold, with how many of each need
 * attention; on a phone a menu above the table.
 */
export function SectionNav({ label, active, groups, children }: SectionNavProps) {
  const narrow = useNarrow();
  return (
    <div className={narrow ? "cr-sections-stacked" : "cr-sections"}>
      {narrow ? (
        <SectionMenu label={label} active={active} groups={groups} />
      ) : (
        <nav className="cr-section-nav" aria-label={label}>
          {groups.map((group) => (
            <Group key={group.title} group={group} active={active} />
          ))}
        </nav>
      )}
      {children}
    </div>
  );
}

function Group({ group, active }: { group: SectionGroup; active: string }) {
  return (
    <section aria-label={group.title}>
      <h2 className="cr-section-nav-title">{group.title}</h2>
      <ul>
        {group.entries.map(({ collection, title, href }) => (
          <li key={collection}>
            <AppLink href={href} className="cr-section-nav-link" current={collection === active}>
              <span>{title}</span>
              <Unhealthy collection={collection} />
            </AppLink>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** How many rows of a collection need attention, live; nothing where that is not known or none. */
function Unhealthy({ collection }: { collection: string }) {
  const { t } = useTranslation();
  const { info } = useCollection(collection);
  const scope = useScope();
  const query = useMemo(
    () => ({
      ...EMPTY_QUERY,
      filter: info ? [...scopeFilters(info, scope), "healthy=false"] : [],
    }),
    [info, scope],
  );
  const judged = info !== undefined && hasHealth(info);
  const { view } = useLiveView(judged ? collection : null, query, ONE);
  if (view.total === 0) return null;
  return (
    <span className="cr-section-nav-count" title={t("table.needAttention", { count: view.total })}>
      <span translate="no" aria-hidden="true">
        {formatNumber(view.total)}
      </span>
      <span className="pf-v6-screen-reader">{t("table.needAttention", { count: view.total })}</span>
    </span>
  );
}

const ONE = { offset: 0, limit: 1 };

function SectionMenu({ label, active, groups }: Omit<SectionNavProps, "children">) {
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const entries = groups.flatMap((group) => group.entries);
  const current = entries.find(({ collection }) => collection === active);
  return (
    <Select
      isOpen={open}
      onOpenChange={setOpen}
      selected={active}
      onSelect={(_, value) => {
        setOpen(false);
        const chosen = entries.find(({ collection }) => collection === value);
        if (chosen) goTo(router, chosen.href);
      }}
      isScrollable
      maxMenuHeight="60vh"
      toggle={(ref) => (
        <MenuToggle
          ref={ref}
          size="sm"
          isExpanded={open}
          aria-label={`${label}: ${current?.title ?? ""}`}
          onClick={() => setOpen(!open)}
        >
          {current?.title}
        </MenuToggle>
      )}
    >
      {groups.map((group) => (
        <SelectGroup key={group.title} label={group.title}>
          <SelectList aria-label={group.title}>
            {group.entries.map(({ collection, title }) => (
              <SelectOption key={collection} value={collection}>
                {title} <Unhealthy collection={collection} />
              </SelectOption>
            ))}
          </SelectList>
        </SelectGroup>
      ))}
    </Select>
  );
}
