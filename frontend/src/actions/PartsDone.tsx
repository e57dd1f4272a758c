import { useTranslation } from "react-i18next";
import { AppLink } from "../shell/AppLink";
import { entryHref } from "../shell/news";
import { Notice } from "../states/Notice";
import type { PartDone } from "./action";

export interface PartsDoneProps {
  parts: readonly PartDone[];
  onClose: () => void;
}

/** What came of each of many: what failed first and why, then what was done with its record. */
export function PartsDone({ parts, onClose }: PartsDoneProps) {
  const { t } = useTranslation();
  const failed = parts.filter(({ done }) => !done);
  const made = parts.length - failed.length;
  const sorted = [...failed, ...parts.filter(({ done }) => done)];
  const title = t("action.many.outcome", { count: made, whole: parts.length });
  return (
    <>
      {failed.length > 0 ? (
        <Notice tone={made > 0 ? "warning" : "danger"} live title={title} />
      ) : (
        <p role="status">{title}</p>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys */}
      <div className="cr-parts" role="region" aria-label={t("action.many.each")} tabIndex={0}>
        <ul>
          {sorted.map(({ key, name, done, problem }) => (
            <li key={key} data-outcome={done ? "done" : "failed"}>
              <span translate="no">{name}</span>:{" "}
              {done ? (
                <AppLink href={entryHref(done.requestId)} onClick={onClose}>
                  {t("action.many.record", { name })}
                </AppLink>
              ) : (
                <span translate="no">{problem}</span>
              )}
            </li>
          ))}
        </ul>
      </div>
    </>
  );
}
