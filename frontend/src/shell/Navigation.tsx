import "@patternfly/react-styles/css/components/Nav/nav.css";
import { useRouterState } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useSettled } from "../live/useSettled";
import { usePart } from "../overlay/part";
import { addressOf, type NavigationEntry, type PageManifest } from "../pages/page";
import { entryAt, navigation } from "../pages/registry";
import { useOffered } from "../pages/useOffered";
import { mayUse, useSession } from "../session/session";
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
  const here = entryAt(path);
  return (
    <nav aria-label={t("nav.label")} className={`pf-v6-c-nav ${rail ? "cr-rail" : ""}`}>
      {navigation(offered).map(({ group, pages }) => (
        <section
          key={group}
          className="pf-v6-c-nav__section"
          aria-labelledby={`cr-navigation-${group}`}
        >
          <h2 id={`cr-navigation-${group}`} className="pf-v6-c-nav__section-title">
            {t(`nav.group.${group}`)}
          </h2>
          <ul className="pf-v6-c-nav__list">
            {pages.map((page) => (
              <Entry
                key={page.id}
                page={page}
                current={page === here}
                rail={rail}
                onNavigate={onNavigate}
              />
            ))}
          </ul>
        </section>
      ))}
    </nav>
  );
}

interface EntryProps {
  page: PageManifest;
  current: boolean;
  rail: boolean;
  onNavigate: () => void;
}

function Entry({ page, current, rail, onNavigate }: EntryProps) {
  const { t } = useTranslation();
  const title = t(page.title) as string;
  const Icon = page.navigation?.icon;
  return (
    <li className="pf-v6-c-nav__item">
      <AppLink
        href={addressOf(page)}
        className={`pf-v6-c-nav__link ${current ? "pf-m-current" : ""}`}
        current={current}
        onClick={onNavigate}
        {...(rail ? { title } : {})}
      >
        {Icon && (
          <span className="pf-v6-c-nav__link-icon" aria-hidden="true">
            <Icon />
          </span>
        )}
        <span className="pf-v6-c-nav__link-text">{title}</span>
        {page.navigation?.badge && <Badge {...page.navigation.badge} />}
      </AppLink>
    </li>
  );
}

function Badge({ needs, part }: NonNullable<NavigationEntry["badge"]>) {
  const offered = mayUse(useSession(), ...needs);
  const Count = usePart(part, useSettled() && offered);
  return Count && offered && <Count />;
}
