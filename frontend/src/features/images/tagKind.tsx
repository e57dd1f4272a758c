import { useTranslation } from "react-i18next";
import { Status } from "../../status/Status";
import type { Renderers } from "../../table/TableRow";

/** What a tag points at is no state, unless it could not be found out. */
export const TAG_RENDERERS: Renderers = {
  behind: (row) => <Behind count={row.behind} />,
  kind: (row) => {
    const word = String(row.kind ?? "");
    if (word === "missing") return <Status word={word} title={String(row.reason ?? "")} />;
    if (word === "unresolved") return <Status word={word} tone="busy" />;
    return <span translate="no">{word}</span>;
  },
};

/** Of a repository, too: pods that run what a tag pointed at before it moved. */
export const REPOSITORY_RENDERERS: Renderers = {
  behind: (row) => <Behind count={row.behind} />,
};

function Behind({ count }: { count: unknown }) {
  const { t } = useTranslation();
  if (typeof count !== "number" || count === 0) return <span className="cr-none">–</span>;
  return <Status word={t("image.behind", { count })} tone="warn" title={t("image.behindHint")} />;
}

/** Columns that exist for sorting and mean nothing to a reader. */
export const TAG_INTERNALS: readonly string[] = ["order"];
