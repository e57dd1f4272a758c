import { useRouter } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { toProblem } from "../api/problem";
import { Failed, NotFound } from "../states/States";
import { PageHeader } from "./PageHeader";

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

/** An address that is no page of this console. */
export function RouteNotFound() {
  const { t } = useTranslation();
  return (
    <section className="cr-page">
      <PageHeader title={t("state.noPage")} />
      <NotFound>{t("state.noPageBody")}</NotFound>
    </section>
  );
}
