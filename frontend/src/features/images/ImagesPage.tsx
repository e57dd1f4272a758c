import "../../i18n/image";
import { useTranslation } from "react-i18next";
import { hrefOfRow } from "../../pages/registry";
import { useAddress } from "../../pages/useAddress";
import { PageTabs } from "../../shell/PageTabs";
import { LiveTable } from "../../table/LiveTable";
import { usePageSearch } from "../../table/usePageSearch";
import { REPOSITORY_RENDERERS, TAG_INTERNALS, TAG_RENDERERS } from "./tagKind";

/** On a phone. */
const REPOSITORY_BRIEF = ["running", "tags", "signed"];

/** What images there are, by repository or by tag. */
export function ImagesPage() {
  const { t } = useTranslation();
  const { tab } = useAddress<"tab">();
  const [search, setSearch] = usePageSearch();
  const active = tab === "tags" ? "tags" : "repositories";
  return (
    <LiveTable
      key={active}
      collection={active}
      search={search}
      onSearch={setSearch}
      title={t("nav.images")}
      {...(active === "tags"
        ? { renderers: TAG_RENDERERS, panelHidden: TAG_INTERNALS }
        : { renderers: REPOSITORY_RENDERERS, brief: REPOSITORY_BRIEF })}
      href={(row) => hrefOfRow(active, row)}
      emptyHint={t("images.empty")}
      tabs={
        <PageTabs
          label={t("nav.images")}
          active={active}
          tabs={[
            { id: "repositories", href: "/images", title: t("images.repositories") },
            { id: "tags", href: "/images/tags", title: t("images.tags") },
          ]}
        />
      }
    />
  );
}
