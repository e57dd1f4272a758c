import "../../i18n/connections";
import { Button } from "@patternfly/react-core";
import { useRouter } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { BulkButton } from "../../actions/BulkButton";
import { Raw } from "../../detail/Facts";
import { formatExact } from "../../format/time";
import { hrefOfRow } from "../../pages/registry";
import { mayUse, useSession } from "../../session/session";
import { goTo } from "../../shell/navigate";
import { LiveTable } from "../../table/LiveTable";
import type { Renderers } from "../../table/TableRow";
import { usePageSearch } from "../../table/usePageSearch";
import { switchManyOff, switchManyOn } from "./many";

/** A certificate's end lies ahead: the day says more than an age. */
const RENDERERS: Renderers = {
  expires: ({ expires }) =>
    typeof expires === "number" ? <Raw>{formatExact(expires)}</Raw> : undefined,
};

/** Which systems the console watches, and how contact with each is. */
export function ConnectionsPage() {
  const { t } = useTranslation();
  const router = useRouter();
  const session = useSession();
  const [search, setSearch] = usePageSearch();
  return (
    <LiveTable
      collection="connections"
      search={search}
      onSearch={setSearch}
      title={t("nav.connections")}
      sentence={t("connections.sentence")}
      emptyHint={t("connections.empty")}
      renderers={RENDERERS}
      href={(row) => hrefOfRow("connections", row)}
      bulk={(rows, drop) => (
        <>
          <BulkButton action={switchManyOff} rows={rows} drop={drop} things="connections.things" />
          <BulkButton action={switchManyOn} rows={rows} drop={drop} things="connections.things" />
        </>
      )}
      actions={
        mayUse(session, "connection-settings", "create") && (
          <Button onClick={() => goTo(router, "/connections/new")}>{t("connections.add")}</Button>
        )
      }
    />
  );
}
