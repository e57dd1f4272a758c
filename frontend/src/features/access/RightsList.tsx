import { useTranslation } from "react-i18next";
import type { RightKind } from "../../api/generated/types.gen";

const MOST = 12;

/** Rights by the kind of thing they are about; the first of many. */
export function RightsList({ kinds }: { kinds: readonly RightKind[] }) {
  const { t } = useTranslation();
  return (
    <ul className="cr-list">
      {kinds.slice(0, MOST).map(({ kind, title, verbs }) => (
        <li key={kind}>
          <span translate="no">{title}</span>{" "}
          <span className="cr-muted" translate="no">
            {verbs.join(", ")}
          </span>
        </li>
      ))}
      {kinds.length > MOST && (
        <li className="cr-muted">{t("access.grant.moreKinds", { count: kinds.length - MOST })}</li>
      )}
    </ul>
  );
}
