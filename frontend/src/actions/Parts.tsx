import { useTranslation } from "react-i18next";
import type { Part } from "./action";

/** Which things it is done to, by name, and which not and why: those first. */
export function Parts({ parts }: { parts: readonly Part[] }) {
  const { t } = useTranslation();
  const refused = parts.filter(({ against }) => against !== undefined);
  const meant = parts.filter(({ against }) => against === undefined);
  return (
    <>
      {refused.length > 0 && (
        <>
          <p>{t("action.many.refused", { count: refused.length })}</p>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys */}
          <div className="cr-parts" role="region" aria-label={t("action.many.not")} tabIndex={0}>
            <ul>
              {refused.map(({ key, name, against }) => (
                <li key={key} data-refused={key}>
                  <span translate="no">{name}</span>: {against}
                </li>
              ))}
            </ul>
          </div>
        </>
      )}
      <p role="status">
        {meant.length > 0
          ? t("action.many.touches", { count: meant.length })
          : t("action.many.none")}
      </p>
      {meant.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys
        <div className="cr-parts" role="region" aria-label={t("action.many.these")} tabIndex={0}>
          <ul>
            {meant.map(({ key, name }) => (
              <li key={key} data-part={key} translate="no">
                {name}
              </li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}
