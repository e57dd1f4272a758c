import { useTranslation } from "react-i18next";
import { ActionButton } from "../../actions/ActionHost";
import { rowOf } from "../../api/rows";
import { useAddress } from "../../pages/useAddress";
import { PageTabs } from "../../shell/PageTabs";
import { LiveTable } from "../../table/LiveTable";
import { usePageSearch } from "../../table/usePageSearch";
import { BindingsBulk, PeopleBulk } from "./BulkActions";
import { addPerson } from "./people";
import { BindingActions, PersonActions } from "./RowActions";

/** Who can do what: people, and the roles they hold where. */
export function AccessPage() {
  const { t } = useTranslation();
  const { tab } = useAddress<"tab">();
  const [search, setSearch] = usePageSearch();
  const active = tab === "bindings" ? "bindings" : "users";
  return (
    <LiveTable
      key={active}
      collection={active}
      search={search}
      onSearch={setSearch}
      title={t("nav.access")}
      panel={(row) =>
        active === "users" ? (
          <PersonActions person={rowOf("users", row)} />
        ) : (
          <BindingActions binding={rowOf("bindings", row)} />
        )
      }
      bulk={(rows, drop) =>
        active === "users" ? (
          <PeopleBulk rows={rows} drop={drop} />
        ) : (
          <BindingsBulk rows={rows} drop={drop} />
        )
      }
      actions={active === "users" && <ActionButton action={addPerson} target={null} name="" />}
      sentence={t("access.sentence")}
      tabs={
        <PageTabs
          label={t("nav.access")}
          active={active}
          tabs={[
            { id: "users", href: "/access", title: t("access.users") },
            { id: "bindings", href: "/access/bindings", title: t("access.bindings") },
          ]}
        />
      }
    />
  );
}
