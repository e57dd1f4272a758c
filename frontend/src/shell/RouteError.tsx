import { Button } from "@patternfly/react-core";
import { useRouter } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { toProblem } from "../api/problem";
import { Failed } from "../states/States";
import { AppLink } from "./AppLink";
import { PageHeader } from "./PageHeader";
import { useTitle } from "./title";

/** A page that could not be shown at all; the shell around it stays. */
export function RouteError({ error, reset }: { error: unknown; reset: () => void }) {
  const router = useRouter();
  return (
    <Failed
      problem={toProblem(error)}
      onRetry={() => {
        reset();
        void router.invalidate();
      }}
    />
  );
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
