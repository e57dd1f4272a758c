import { useTranslation } from "react-i18next";
import type { DifferenceView, GrownView } from "../../api/generated/types.gen";
import { formatNumber } from "../../format/numbers";
import { Notice } from "../../states/Notice";
import { useMeterName } from "./names";
import { formatDay } from "./states";

/** What putting licences in would change; nothing is saved yet. */
export function Difference({ told }: { told: DifferenceView }) {
  const { t } = useTranslation();
  const nameOf = useMeterName();
  const shrinks =
    told.features_removed.length > 0 || told.entitlements.some(({ way }) => way === "shrinks");
  const title = t("licence.change.title", {
    before: t(`licence.word.${told.before}`),
    after: t(`licence.word.${told.after}`),
  });
  return (
    <Notice tone={shrinks || !told.wins ? "warning" : "success"} title={title} live>
      {!told.wins && told.wins_over && (
        <p>{t("licence.change.hidden", { winner: t(`licence.place.${told.wins_over}`) })}</p>
      )}
      <ul className="cr-licence-change">
        {told.documents.map(({ id, edition, expires_on, demo }) => (
          <li key={id}>
            {t("licence.change.holds", { id, edition, end: formatDay(expires_on) })}
            {demo && <strong> {t("licence.demo.word")}</strong>}
          </li>
        ))}
        {told.replaces.map(([old, by]) => (
          <li key={old}>{t("licence.change.replaces", { old, by })}</li>
        ))}
        {told.entitlements.map((one) => (
          <li key={one.name} data-way={one.way}>
            {nameOf(one.name)}: <Grown one={one} />
          </li>
        ))}
        {told.features_added.map((feature) => (
          <li key={feature}>{t("licence.change.featureAdded", { feature })}</li>
        ))}
        {told.features_removed.map((feature) => (
          <li key={feature}>
            <strong>{t("licence.change.featureRemoved", { feature })}</strong>
          </li>
        ))}
      </ul>
    </Notice>
  );
}

function Grown({ one }: { one: GrownView }) {
  const { t } = useTranslation();
  const word = (limit: number | null) =>
    limit === null ? t("licence.used.unlimited") : formatNumber(limit);
  if (one.way === "same") return t("licence.change.same", { limit: word(one.before) });
  const said = t(`licence.change.${one.way}`, { before: word(one.before), after: word(one.after) });
  return one.way === "shrinks" ? <strong>{said}</strong> : said;
}
