import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { KeyChanged } from "../../../api/generated/types.gen";
import { useLiveRow } from "../../../detail/useLiveRow";
import { keyFilters } from "../folders";

/** What came of a change, and what the watch says of the key: nothing is shown before it does. */
export function KeyOutcome({ changed }: { changed: KeyChanged }) {
  return (
    <div className="cr-outcome">
      {changed.notes.map((note) => (
        <p key={note} translate="no">
          {note}
        </p>
      ))}
      <Now changed={changed} />
    </div>
  );
}

function Now({ changed }: { changed: KeyChanged }) {
  const { t } = useTranslation();
  const { etcd, path, version } = changed;
  const filters = useMemo(() => keyFilters(etcd, path), [etcd, path]);
  const { current, pending } = useLiveRow("keys", filters);
  const row = current?.path === path ? current : undefined;
  const told = Number(row?.revision ?? 0);
  if (version === "0" && !pending && !row) return <p role="status">{t("keys.watch.gone")}</p>;
  if (version !== "0" && told >= Number(version))
    return <p role="status">{t("keys.watch.now", { revision: told })}</p>;
  return (
    <p role="status" className="cr-muted">
      {t("keys.watch.waits")}
    </p>
  );
}
