import {
  Button,
  MastheadBrand,
  MastheadContent,
  MastheadMain,
  MastheadToggle,
  PageToggleButton,
  Masthead as PfMasthead,
} from "@patternfly/react-core";
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
    <PfMasthead className="cr-masthead" display={{ default: "inline" }}>
      <MastheadMain>
        <MastheadToggle>
          <PageToggleButton
            variant="plain"
            aria-label={t("shell.toggleNavigation")}
            isSidebarOpen={navigationOpen}
            onSidebarToggle={onToggleNavigation}
          >
            <BarsIcon />
          </PageToggleButton>
        </MastheadToggle>
        <MastheadBrand>
          <AppLink href="/" className="cr-brand">
            <Mark />
            <span translate="no" className="cr-brand-name">
              Craton
            </span>
          </AppLink>
        </MastheadBrand>
      </MastheadMain>
      <MastheadContent className="cr-masthead-content">
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
      </MastheadContent>
    </PfMasthead>
  );
}
