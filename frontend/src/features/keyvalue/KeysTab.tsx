import { ExpandableSection } from "@patternfly/react-core";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ColumnInfo } from "../../api/generated/types.gen";
import { equals } from "../../detail/useLiveRow";
import { hrefOfRow } from "../../pages/registry";
import { mayUse, useSession } from "../../session/session";
import { useNarrow } from "../../shell/useNarrow";
import { LiveTable } from "../../table/LiveTable";
import { usePageSearch } from "../../table/usePageSearch";
import { StoreChanges } from "./editing/Changes";
import { FolderTree } from "./FolderTree";
import { chosenFolder, withFolder } from "./folders";
import { KeyPanel } from "./KeyPanel";
import { KEY_RENDERERS, keyRenderers } from "./keyCells";

/** The virtual folders on one side, the keys of the chosen one on the other. */
export function KeysTab({ etcd }: { etcd: string }) {
  const { t } = useTranslation();
  const narrow = useNarrow();
  const [folders, setFolders] = useState(false);
  const [search, setSearch] = usePageSearch();
  const fixed = useMemo(() => equals({ etcd }), [etcd]);
  const chosen = chosenFolder(search);
  const mayPreview = mayUse(useSession(), "key", "get");
  const added = useMemo(
    () => (mayPreview ? [{ ...PREVIEW, label: t("etcd.preview") }] : []),
    [mayPreview, t],
  );
  const tree = (
    <FolderTree
      etcd={etcd}
      chosen={chosen}
      onFolder={(path) => setSearch(withFolder(search, path))}
      onKey={(path) => setSearch({ ...search, row: `${etcd}:${path}` }, true)}
    />
  );
  return (
    <div className="cr-split">
      {narrow ? (
        <ExpandableSection
          toggleText={t("etcd.folders")}
          isIndented
          isExpanded={folders}
          onToggle={(_, next) => setFolders(next)}
        >
          {folders && tree}
        </ExpandableSection>
      ) : (
        <aside className="cr-split-side" aria-label={t("etcd.folders")}>
          {tree}
        </aside>
      )}
      <LiveTable
        collection="keys"
        search={search}
        onSearch={setSearch}
        fixed={fixed}
        hidden={HIDDEN}
        added={added}
        renderers={chosen ? keyRenderers(chosen) : KEY_RENDERERS}
        panelHidden={PANEL_HIDDEN}
        href={(row) => hrefOfRow("keys", row)}
        panel={(row) => <KeyPanel etcd={etcd} path={String(row.path)} revision={row.revision} />}
        emptyHint={t("keyvalue.empty")}
        actions={<StoreChanges etcd={etcd} folder={chosen} />}
        embedded
        pageKeys
        views
      />
    </div>
  );
}

const HIDDEN = ["etcd", "created_revision", "revision", "changed"];

/** The values' beginnings are no column of the collection: its rows hold none. */
const PREVIEW = {
  id: "preview",
  type: "text",
  sortable: false,
  filterable: false,
  searched: false,
  facet: false,
  default: true,
  operators: [],
} satisfies Omit<ColumnInfo, "label">;

/** The value in the panel has its size beside it. */
const PANEL_HIDDEN = ["size"];
