import { Page, PageSidebar, PageSidebarBody, SkipToContent } from "@patternfly/react-core";
import { Outlet, useRouterState } from "@tanstack/react-router";
import { useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNarrow } from "../table/useNarrow";
import { Masthead } from "./Masthead";
import { Navigation } from "./Navigation";
import { Palette } from "./Palette";
import { ScopeSelectors } from "./ScopeSelectors";
import { usePaletteKeys } from "./usePaletteKeys";

const MAIN = "main";
const KEY = "craton.navigation";

/** Masthead, navigation and the page between them. */
export function Shell() {
  const { t } = useTranslation();
  const narrow = useNarrow();
  const [wide, setWide] = useState(() => localStorage.getItem(KEY) !== "closed");
  const [drawer, setDrawer] = useState(false);
  const [palette, setPalette] = useState(false);
  const openPalette = useCallback(() => setPalette(true), []);
  const path = useRouterState({ select: (state) => state.location.pathname });
  usePaletteKeys(openPalette);
  useEffect(() => {
    if (path) setDrawer(false);
  }, [path]);
  const open = narrow ? drawer : wide;
  const toggle = () => {
    if (narrow) return setDrawer(!drawer);
    localStorage.setItem(KEY, wide ? "closed" : "open");
    setWide(!wide);
  };
  return (
    <Page
      className="cr-shell"
      isContentFilled
      mainContainerId={MAIN}
      mainAriaLabel={t("shell.main")}
      skipToContent={<SkipToContent href={`#${MAIN}`}>{t("shell.skip")}</SkipToContent>}
      masthead={<Masthead navigationOpen={open} onToggleNavigation={toggle} onJump={openPalette} />}
      sidebar={
        <PageSidebar isSidebarOpen={open} className="cr-sidebar">
          <PageSidebarBody>
            {narrow && open && <ScopeSelectors />}
            <Navigation onNavigate={() => setDrawer(false)} />
          </PageSidebarBody>
        </PageSidebar>
      }
    >
      <Outlet />
      <Palette open={palette} onClose={() => setPalette(false)} />
    </Page>
  );
}
