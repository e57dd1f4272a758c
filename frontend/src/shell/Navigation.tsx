import { Nav, NavGroup, NavItem } from "@patternfly/react-core";
import { useRouterState } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { addressOf, type PageManifest } from "../pages/page";
import { navigation, pageAt } from "../pages/registry";
import { useOffered } from "../pages/useOffered";
import { AppLink } from "./AppLink";

export interface NavigationProps {
  onNavigate: () => void;
  /** Icons only, their names as tooltips: for windows between phone and desk. */
  rail?: boolean;
}

/** The pages, grouped; what the viewer cannot use at all is not offered. */
export function Navigation({ onNavigate, rail = false }: NavigationProps) {
  const { t } = useTranslation();
  const offered = useOffered();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const here = pageAt(path);
  return (
    <Nav aria-label={t("nav.label")} onSelect={onNavigate} className={rail ? "cr-rail" : ""}>
      {navigation(offered).map(({ group, pages }) => (
        <NavGroup key={group} title={t(`nav.group.${group}`)}>
          {pages.map((page) => (
            <Entry key={page.id} page={page} current={page === here} rail={rail} />
          ))}
        </NavGroup>
      ))}
    </Nav>
  );
}

function Entry({ page, current, rail }: { page: PageManifest; current: boolean; rail: boolean }) {
  const { t } = useTranslation();
  const title = t(page.title) as string;
  const Icon = page.navigation?.icon;
  return (
    <NavItem itemId={page.id} isActive={current}>
      <AppLink href={addressOf(page)} current={current} {...(rail ? { title } : {})}>
        {Icon && (
          <span className="pf-v6-c-nav__link-icon" aria-hidden="true">
            <Icon />
          </span>
        )}
        <span className="pf-v6-c-nav__link-text">{title}</span>
      </AppLink>
    </NavItem>
  );
}
