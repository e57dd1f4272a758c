import "../../i18n/later";
import { Button } from "@patternfly/react-core";
import { useRouter } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { mayUse, useSession } from "../../session/session";
import { goTo } from "../../shell/navigate";

/** What to do first: nothing is watched, so nothing can be said to be well. */
export function NothingConnected() {
  const { t } = useTranslation();
  const router = useRouter();
  const may = mayUse(useSession(), "connection-settings", "create");
  return (
    <section className="cr-panel-box" aria-labelledby="cr-unconnected-title">
      <h2 id="cr-unconnected-title">{t("unconnected.title")}</h2>
      <p>{t(may ? "unconnected.add" : "unconnected.ask")}</p>
      {may && (
        <p className="cr-impact">
          <Button onClick={() => goTo(router, "/connections/new")}>{t("connections.add")}</Button>
        </p>
      )}
    </section>
  );
}
