import { Outlet, useRouterState } from "@tanstack/react-router";
import { lazy, type RefObject, Suspense, useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { formatNumber } from "../format/numbers";
import { part, usePart } from "../overlay/part";
import { pageAt } from "../pages/registry";
import { SCOPE_SEARCH, wrongIn } from "../pages/search";
import { mayUse, useSession } from "../session/session";
import { useMood } from "../system/useMood";
import { useOverview } from "../system/useOverview";
import { inert } from "../text/inert";
import { Frame, Sidebar } from "./Frame";
import { useFavicon } from "./favicon";
import { Masthead } from "./Masthead";
import { Navigation } from "./Navigation";
import { useShownNews } from "./news";
import { useRecentPlaces } from "./recent";
import { ScopeSelectors } from "./ScopeSelectors";
import { StepUp } from "./StepUp";
import { useCurrentTitle } from "./title";
import { useLayout } from "./useNarrow";
import { useShellKeys } from "./useShellKeys";

const SearchNotice = lazy(async () => import("./SearchNotice"));
const Toasts = lazy(async () => import("./Toasts"));
const palettePart = part(async () => (await import("./palette/Palette")).Palette);
const licencePart = part(async () => (await import("./LicenceBanner")).LicenceBanner);
const keysPart = part(async () => (await import("./KeysHelp")).KeysHelp);

const KEY = "craton.navigation";

/** Masthead, navigation and the page between them. */
export function Shell() {
  const [palette, setPalette] = useState(false);
  const typed = useRef("");
  const openPalette = useCallback(() => setPalette(true), []);
  const closePalette = useCallback(() => {
    typed.current = "";
    setPalette(false);
  }, []);
  const { open, rail, drawer, toggle, close } = useNavigationState();
  const [help, setHelp] = useState(false);
  const openHelp = useCallback(() => setHelp(true), []);
  const Palette = usePart(palettePart, palette);
  const KeysHelp = usePart(keysPart, help);
  useShellKeys(openPalette, openHelp);
  useRecentPlaces(usePageTitle());
  useFavicon(useMood());
  return (
    <Frame
      masthead={<Masthead navigationOpen={open} onToggleNavigation={toggle} onJump={openPalette} />}
      sidebar={
        <Sidebar open={open || rail} layout={rail ? "rail" : drawer ? "drawer" : "full"}>
          {drawer && open && <ScopeSelectors />}
          <Navigation rail={rail} onNavigate={close} />
        </Sidebar>
      }
    >
      <WrongSearch />
      <Licence />
      <Outlet />
      {palette && !Palette && <Typed typed={typed} onClose={closePalette} />}
      <News />
      <StepUp />
      {palette && Palette && <Palette typed={typed} onClose={closePalette} onHelp={openHelp} />}
      {help && KeysHelp && <KeysHelp onClose={() => setHelp(false)} />}
    </Frame>
  );
}

/** Takes what is typed while the palette's code is on its way: nobody types twice. */
function Typed({ typed, onClose }: { typed: RefObject<string>; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <input
      ref={focused}
      className="cr-early"
      aria-label={t("palette.jump")}
      placeholder={t("palette.jump")}
      onChange={(event) => {
        typed.current = event.currentTarget.value;
      }}
      onKeyDown={({ key }) => key === "Escape" && onClose()}
    />
  );
}

const focused = (field: HTMLInputElement | null) => field?.focus();

/** What this page is called, and in every tab how many problems there are. */
function usePageTitle(): string {
  const { t } = useTranslation();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const page = pageAt(path);
  const title = useCurrentTitle(page?.navigation ? (t(page.title) as string) : undefined);
  const problems = useOverview().data?.problems_total ?? 0;
  useEffect(() => {
    const count = problems > 0 ? `(${formatNumber(problems)}) ` : "";
    document.title = inert(`${count}${title ? `${title} · ` : ""}Craton`);
  }, [problems, title]);
  return title;
}

/** What is the matter with the licence, for who may act; its code comes after the first page. */
function Licence() {
  const Banner = usePart(licencePart, mayUse(useSession(), "licence", "update"));
  return Banner && <Banner />;
}

/** What is wrong with the address; its code is loaded with the first of it. */
function WrongSearch() {
  const location: { pathname: string; search: object } = useRouterState({
    select: (state) => state.location,
  });
  const { pathname, search } = location;
  const wrong = wrongIn({ ...SCOPE_SEARCH, ...pageAt(pathname)?.search }, search);
  return wrong.length > 0 ? (
    <Suspense fallback={null}>
      <SearchNotice pathname={pathname} search={search} wrong={wrong} />
    </Suspense>
  ) : null;
}

/**
 * What happened elsewhere; its code is loaded with the first of it. A live region that comes with
 * its first words is passed over, so those are said by one that is there from the start.
 */
function News() {
  const shown = useShownNews();
  const first = useRef<number>(undefined);
  first.current ??= shown.at(-1)?.id;
  const said = shown.find(({ id }) => id === first.current);
  return (
    <>
      <div className="pf-v6-screen-reader" aria-live="polite" data-news>
        {said && (
          <p translate="no">
            {said.title} {said.detail}
          </p>
        )}
      </div>
      {first.current !== undefined && (
        <Suspense fallback={null}>
          <Toasts />
        </Suspense>
      )}
    </>
  );
}

/**
 * Whether the navigation is open. On a wide window it is remembered; between phone and desk its
 * icons always stand and the button opens it over the page; on a phone it is a drawer.
 */
function useNavigationState() {
  const layout = useLayout();
  const [wide, setWide] = useState(() => localStorage.getItem(KEY) !== "closed");
  const [over, setOver] = useState(false);
  const path = useRouterState({ select: (state) => state.location.pathname });
  const close = useCallback(() => setOver(false), []);
  useEffect(() => {
    if (path) close();
  }, [path, close]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => event.key === "Escape" && close();
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [close]);
  const toggle = () => {
    if (layout !== "full") return setOver(!over);
    localStorage.setItem(KEY, wide ? "closed" : "open");
    setWide(!wide);
  };
  return {
    open: layout === "full" ? wide : over,
    rail: layout === "rail" && !over,
    drawer: layout === "drawer",
    toggle,
    close,
  };
}
