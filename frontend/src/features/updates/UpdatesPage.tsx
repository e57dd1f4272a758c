import "../../i18n/updates";
import { Button } from "@patternfly/react-core";
import { useRouter } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { ActionButton } from "../../actions/ActionHost";
import { useAddress } from "../../pages/useAddress";
import { mayUse, useSession } from "../../session/session";
import { goTo } from "../../shell/navigate";
import { useScope } from "../../shell/scope";
import { LiveTable } from "../../table/LiveTable";
import { SectionNav } from "../../table/SectionNav";
import { usePageSearch } from "../../table/usePageSearch";
import { addApplication } from "./applications";
import { BulkActions } from "./BulkActions";
import { MIRROR_BRIEF, MIRROR_RENDERERS } from "./mirrorRows";
import { moveFiltered } from "./moving";
import { RowActions } from "./RowActions";
import { isOfOthers, isTable, TABLE_GROUPS, type Table } from "./tables";

/** How far is the rollout, and what holds it back? Groups first. */
export function UpdatesPage() {
  const { t } = useTranslation();
  const { table } = useAddress<"table">();
  const router = useRouter();
  const session = useSession();
  const [search, setSearch] = usePageSearch();
  const { team } = useScope();
  const active: Table = isTable(table) ? table : "groups";
  return (
    <SectionNav
      label={t("nav.updates")}
      active={active}
      groups={TABLE_GROUPS.map(({ id, tables }) => ({
        title: t(`updates.section.${id}`),
        entries: tables.map((name) => ({
          collection: name,
          title: t(`updates.table.${name}`),
          href: name === "groups" ? "/updates" : `/updates/${name}`,
        })),
      }))}
    >
      <LiveTable
        key={active}
        collection={active}
        search={search}
        onSearch={setSearch}
        title={t(`updates.table.${active}`)}
        sentence={t("updates.sentence")}
        {...(active === "mirrors" && { brief: MIRROR_BRIEF, renderers: MIRROR_RENDERERS })}
        emptyHint={t(isOfOthers(active) ? `updates.none.${active}` : "updates.empty")}
        bulk={(rows, drop) => <BulkActions table={active} rows={rows} drop={drop} />}
        panel={(row) => <RowActions table={active} row={row} />}
        actions={
          <>
            {active === "applications" && (
              <ActionButton action={addApplication} target={null} name="" />
            )}
            {(active === "packages" || active === "payloads") &&
              mayUse(session, "update-package", "create") && (
                <Button variant="secondary" onClick={() => goTo(router, "/updates/upload")}>
                  {t("updates.upload.title")}
                </Button>
              )}
            {/* It moves all that the filter names, be it the team's or not. */}
            {active === "instances" && team === undefined && (
              <ActionButton
                action={moveFiltered}
                target={{ filter: [...(search.filter ?? [])], q: search.q ?? "" }}
                name=""
              />
            )}
          </>
        }
      />
    </SectionNav>
  );
}
