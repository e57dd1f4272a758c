import { Button } from "@patternfly/react-core";
import { useRouter } from "@tanstack/react-router";
import { useCallback, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, isUnanswered, toProblem } from "../api/problem";
import { useConnection } from "../live/react";
import { Failed } from "../states/States";
import { AppLink } from "./AppLink";
import { PageHeader } from "./PageHeader";
import { useTitle } from "./title";

interface RouteErrorProps {
  error: unknown;
  reset: () => void;
}

/** A page that could not be shown at all; the shell around it stays. */
export function RouteError({ error, reset }: RouteErrorProps) {
  return <Failed problem={toProblem(error)} onRetry={useRetry(reset)} />;
}

/** The same within the shell: what failed because the console was away is tried when it is back. */
export function PageError({ error, reset }: RouteErrorProps) {
  const retry = useRetry(reset);
  const waiting = isUnanswered(error) && error instanceof ApiError;
  const { phase, since } = useConnection();
  const failedAt = useRef(Date.now());
  const back = waiting && phase === "open" && since > failedAt.current;
  useEffect(() => {
    if (back) retry();
  }, [back, retry]);
  return <Failed problem={toProblem(error)} onRetry={retry} />;
}

/** Loads the page's code anew, which its route does not do by itself, and shows the page again. */
function useRetry(reset: () => void): () => void {
  const router = useRouter();
  return useCallback(async () => {
    const components = router.state.matches.map(
      ({ routeId }) => router.routesById[routeId]?.options.component,
    );
    await Promise.all(components.map((component) => preloaded(component)));
    reset();
    await router.invalidate();
  }, [router, reset]);
}

async function preloaded(component: unknown): Promise<void> {
  if (typeof component !== "function" || !("preload" in component)) return;
  if (typeof component.preload === "function") await component.preload();
}

/** An address that is no page of this console; the ways on are where one came from and home. */
export function RouteNotFound() {
  const { t } = useTranslation();
  const router = useRouter();
  useTitle(t("state.noPage"));
  return (
    <section className="cr-page" data-state="not-found">
      <PageHeader title={t("state.noPage")} />
      <p className="cr-nowhere">
        {t("state.noPageBody")} <code translate="no">{router.state.location.pathname}</code>
      </p>
      <p>
        <Button variant="secondary" size="sm" onClick={() => router.history.back()}>
          {t("state.back")}
        </Button>{" "}
        <AppLink href="/">{t("nav.overview")}</AppLink>
      </p>
    </section>
  );
}
