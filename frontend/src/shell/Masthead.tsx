import "@patternfly/react-styles/css/components/Masthead/masthead.css";
import { Button } from "@patternfly/react-core";
import BarsIcon from "@patternfly/react-icons/dist/esm/icons/bars-icon";
import SearchIcon from "@patternfly/react-icons/dist/esm/icons/search-icon";
import { useTranslation } from "react-i18next";
import { JobsTray } from "../jobs/JobsTray";
import { AppLink } from "./AppLink";
import { Mark } from "./Mark";
import { Pulse } from "./Pulse";
import { ScopeSelectors } from "./ScopeSelectors";
import { ThemeMenu } from "./ThemeMenu";
import { UserMenu } from "./UserMenu";
import { useNarrow } from "./useNarrow";

export interface MastheadProps {
  navigationOpen: boolean;
  onToggleNavigation: () => void;
  onJump: () => void;
}

/** Mark, scope, the way to anything, the pulse of the systems, the viewer. */
export function Masthead({ navigationOpen, onToggleNavigation, onJump }: MastheadProps) {
  const { t } = useTranslation();
  const narrow = useNarrow();
  return (
    <header className="pf-v6-c-masthead pf-m-display-inline cr-masthead">
      <div className="pf-v6-c-masthead__main">
        <span className="pf-v6-c-masthead__toggle">
          <Button
            id="nav-toggle"
            variant="plain"
            aria-label={t("shell.toggleNavigation")}
            aria-expanded={navigationOpen}
            onClick={onToggleNavigation}
            icon={<BarsIcon />}
          />
        </span>
        <div className="pf-v6-c-masthead__brand">
          <AppLink href="/" className="cr-brand">
            <Mark />
            <span translate="no" className="cr-brand-name">
              Craton
            </span>
          </AppLink>
        </div>
      </div>
      <div className="pf-v6-c-masthead__content cr-masthead-content">
        {!narrow && <ScopeSelectors />}
        <Button
          variant="plain"
          className="cr-jump"
          aria-label={t("palette.jump")}
          onClick={onJump}
          icon={<SearchIcon />}
        >
          <span className="cr-jump-text">{t("palette.jump")}</span>
          <kbd translate="no">/</kbd>
        </Button>
        <span className="cr-masthead-end">
          <JobsTray />
          <Pulse />
          <ThemeMenu />
          <UserMenu />
        </span>
      </div>
    </header>
  );
}
