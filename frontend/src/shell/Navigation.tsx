import { Nav, NavGroup, NavItem } from "@patternfly/react-core";
import { useRouterState } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { mayUse, useSession } from "../session/session";
import { AppLink } from "./AppLink";

interface Entry {
  href: string;
  name:
    | "overview"
    | "machines"
    | "workloads"
    | "images"
    | "keyvalue"
    | "events"
    | "activity"
    | "access"
    | "stack";
  /** Shown only to those who may list this kind; absent means everybody signed in. */
  kind?: string;
}

const GROUPS: { name: "operate" | "history" | "administer"; entries: Entry[] }[] = [
  {
    name: "operate",
    entries: [
      { href: "/", name: "overview" },
      { href: "/machines", name: "machines" },
      { href: "/workloads", name: "workloads" },
      { href: "/images", name: "images" },
      { href: "/key-value", name: "keyvalue" },
    ],
  },
  {
    name: "history",
    entries: [
      { href: "/events", name: "events" },
      { href: "/activity", name: "activity", kind: "activity" },
    ],
  },
  {
    name: "administer",
    entries: [
      { href: "/access", name: "access", kind: "user" },
      { href: "/stack", name: "stack", kind: "stack" },
    ],
  },
];

function isCurrent(href: string, path: string): boolean {
  return href === "/" ? path === "/" : path === href || path.startsWith(`${href}/`);
}

/** The pages, grouped; what the viewer cannot use at all is not offered. */
export function Navigation({ onNavigate }: { onNavigate: () => void }) {
  const { t } = useTranslation();
  const session = useSession();
  const path = useRouterState({ select: (state) => state.location.pathname });
  return (
    <Nav aria-label={t("nav.label")} onSelect={onNavigate}>
      {GROUPS.map(({ name, entries }) => {
        const visible = entries.filter(({ kind }) => !kind || mayUse(session, kind));
        if (visible.length === 0) return null;
        return (
          <NavGroup key={name} title={t(`nav.group.${name}`)}>
            {visible.map(({ href, name: page }) => {
              const current = isCurrent(href, path);
              return (
                <NavItem key={href} itemId={href} isActive={current}>
                  <AppLink href={href} current={current}>
                    {t(`nav.${page}`)}
                  </AppLink>
                </NavItem>
              );
            })}
          </NavGroup>
        );
      })}
    </Nav>
  );
}
