import type { ReactNode } from "react";
import { MenuButton } from "../overlay/MenuButton";
import { part } from "../overlay/part";
import { AppLink } from "../shell/AppLink";
import { useLayout } from "../shell/useNarrow";
import { Unhealthy } from "./Unhealthy";

const sections = part(async () => (await import("./SectionMenu")).SectionMenu);

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
 * attention; a menu above the table where the window is narrower than a desk's.
 */
export function SectionNav({ label, active, groups, children }: SectionNavProps) {
  const stacked = useLayout() !== "full";
  return (
    <div className={stacked ? "cr-sections-stacked" : "cr-sections"}>
      {stacked ? (
        <SectionButton label={label} active={active} groups={groups} />
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

function SectionButton({ label, active, groups }: Omit<SectionNavProps, "children">) {
  const current = groups
    .flatMap((group) => group.entries)
    .find(({ collection }) => collection === active);
  return (
    <MenuButton
      menu={sections}
      given={{ active, groups }}
      size="sm"
      aria-label={`${label}: ${current?.title ?? ""}`}
    >
      {current?.title}
    </MenuButton>
  );
}
