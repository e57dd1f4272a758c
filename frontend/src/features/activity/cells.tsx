import "../../i18n/pages";
import { useTranslation } from "react-i18next";
import type { Row } from "../../api/generated/types.gen";
import { formatExact, formatMoment, toUnix } from "../../format/time";
import type { Renderers } from "../../table/TableRow";
import { asWords, DID, isDid } from "./did";

/** What somebody did as a sentence, at a time that can be quoted. */
export const ACTIVITY_RENDERERS: Renderers = {
  at: (row) => <Moment at={toUnix(row.at)} />,
  detail: (row) => <Sentence row={row} />,
};

function Moment({ at }: { at: number | null }) {
  if (at === null) return <span className="cr-none">–</span>;
  return (
    <time title={formatExact(at)} translate="no">
      {formatMoment(at)}
    </time>
  );
}

/** Not done, as far as anybody knows. */
const OPEN: ReadonlySet<string> = new Set(["begun", "failed", "unknown"]);

/** `Opened session`, `Was refused: list pods`, with the thing and what was noted of it. */
function Sentence({ row }: { row: Row }) {
  const { t } = useTranslation();
  const [id = "", verb = ""] = String(row.action ?? "").split(":");
  const kind = id.replaceAll("-", " ");
  const target = String(row.target ?? "");
  const detail = String(row.detail ?? "");
  // Somebody's own session is called by their name, which stands beside it.
  const named = target !== "" && target !== row.actor;
  const refused = row.outcome === "refused" || row.outcome === "denied";
  const done = !OPEN.has(String(row.outcome));
  return (
    <span title={[row.action, target, detail].filter(Boolean).join(" ")}>
      {refused
        ? t("activity.refused", { verb, kind })
        : done && isDid(verb)
          ? t(`activity.did.${DID[verb]}`, { kind })
          : `${asWords(verb)}: ${kind}`}
      {named && (
        <>
          {" "}
          <strong translate="no">{target}</strong>
        </>
      )}
      {detail && (
        <span className="cr-muted" translate="no">
          {" "}
          {detail}
        </span>
      )}
    </span>
  );
}
