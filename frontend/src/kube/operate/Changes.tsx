import { useTranslation } from "react-i18next";
import type { Acted, FieldChange } from "../../api/generated/types.gen";

type Changed = Pick<Acted, "changes" | "more_changes">;

/** The fields that differ, by path: as they were, and as they are or would be. */
export function Changes({ acted: { changes, more_changes: more } }: { acted: Changed }) {
  const { t } = useTranslation();
  if (changes.length === 0) return null;
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys */}
      <div className="cr-changes" role="region" aria-label={t("operate.changes")} tabIndex={0}>
        <table className="cr-plain-table">
          <thead>
            <tr>
              <th scope="col">{t("operate.field")}</th>
              <th scope="col">{t("operate.before")}</th>
              <th scope="col">{t("operate.after")}</th>
            </tr>
          </thead>
          <tbody>
            {changes.map((change) => (
              <Change key={change.path} change={change} />
            ))}
          </tbody>
        </table>
      </div>
      {more > 0 && <p className="cr-muted">{t("operate.moreChanges", { count: more })}</p>}
    </>
  );
}

function Change({ change: { path, before, after, managers } }: { change: FieldChange }) {
  const { t } = useTranslation();
  return (
    <tr>
      <th scope="row" translate="no">
        {path}
        {managers.length > 0 && (
          <span className="cr-muted cr-change-managers">
            {t("operate.managed", { who: managers.join(", ") })}
          </span>
        )}
      </th>
      <td>
        <Value value={before} />
      </td>
      <td>
        <Value value={after} />
      </td>
    </tr>
  );
}

function Value({ value }: { value: string | null }) {
  const { t } = useTranslation();
  if (value === null) return <span className="cr-muted">{t("operate.absent")}</span>;
  return <code translate="no">{value}</code>;
}

/** What the cluster said when it tried it: what would differ, and its warnings. */
export function Tried({ acted }: { acted: Acted }) {
  const { t } = useTranslation();
  const told = [...acted.warnings, ...acted.notes];
  return (
    <div className="cr-outcome" role="status">
      <p>{t(acted.changes.length > 0 ? "operate.tried" : "operate.triedNothing")}</p>
      <Changes acted={acted} />
      {told.map((sentence) => (
        <p key={sentence} translate="no">
          {sentence}
        </p>
      ))}
    </div>
  );
}
