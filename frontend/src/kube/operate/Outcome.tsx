import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Acted } from "../../api/generated/types.gen";
import { useLiveRow } from "../../detail/useLiveRow";
import { Status, toneOfRow } from "../../status/Status";
import { collectionOf, type ObjectPath, rowFilters } from "../objectRow";
import { Changes } from "./Changes";

export interface OutcomeProps {
  path: ObjectPath;
  acted: Acted;
}

/** What came of an action: what the cluster changed and said, and how the object is now, live. */
export function Outcome({ path, acted }: OutcomeProps) {
  const { t } = useTranslation();
  const { warnings, notes, leaving } = acted;
  return (
    <div className="cr-outcome">
      <Changes acted={acted} />
      <Sentences title={t("operate.warned")} sentences={warnings} />
      <Sentences title={t("operate.worth")} sentences={notes} />
      {leaving && <p>{t("operate.leaving")}</p>}
      <Now path={path} />
    </div>
  );
}

function Sentences({ title, sentences }: { title: string; sentences: readonly string[] }) {
  if (sentences.length === 0) return null;
  return (
    <>
      <p className="cr-muted">{title}</p>
      <ul className="cr-list" translate="no">
        {sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </>
  );
}

/** The object's row as the watch tells it: what is asked for becomes so under one's eyes. */
function Now({ path }: { path: ObjectPath }) {
  const { t } = useTranslation();
  const { cluster, kind, namespace, name } = path;
  const filters = useMemo(
    () => rowFilters({ cluster, kind, namespace, name }),
    [cluster, kind, namespace, name],
  );
  const { current, deletedAt } = useLiveRow(collectionOf(kind), filters);
  if (deletedAt !== null) return <p role="status">{t("operate.gone")}</p>;
  if (!current) return null;
  const status = String(current.status ?? "");
  const readiness = String(current.readiness ?? current.ready ?? "");
  const reason = String(current.reason ?? "");
  return (
    <p className="cr-outcome-now" role="status" data-status={status}>
      {t("operate.now")} <Status word={status} tone={toneOfRow(status, current)} />{" "}
      <span translate="no">{[readiness, reason].filter(Boolean).join(" · ")}</span>
    </p>
  );
}
