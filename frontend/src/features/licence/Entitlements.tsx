import { useTranslation } from "react-i18next";
import type { EntitlementView, LicenceView } from "../../api/generated/types.gen";
import { Raw } from "../../detail/Facts";
import { formatNumber } from "../../format/numbers";
import { PercentBar } from "../../table/cells/Cell";
import { useMeterName } from "./names";

/** What there is of each thing that counts, against what the licences allow. */
export function Entitlements({ licence }: { licence: LicenceView }) {
  const { t } = useTranslation();
  return (
    <>
      <ul className="cr-entitlements">
        {licence.entitlements.map((one) => (
          <Entitlement key={one.name} one={one} />
        ))}
      </ul>
      <p>
        {t("licence.features.title")}:{" "}
        {licence.features.length > 0 ? (
          <Raw>{licence.features.join(", ")}</Raw>
        ) : (
          t("licence.features.none")
        )}
      </p>
    </>
  );
}

function Entitlement({ one }: { one: EntitlementView }) {
  const { t } = useTranslation();
  const nameOf = useMeterName();
  const name = nameOf(one.name);
  const limit = one.ceiling ?? one.limit;
  const count = one.count;
  return (
    <li className="cr-entitlement" data-meter={one.name}>
      <strong>{name}</strong>
      {count !== null && limit !== null && limit > 0 ? (
        <PercentBar value={(count / limit) * 100} label={name} />
      ) : (
        <span />
      )}
      <span className="cr-muted">
        {count === null ? t("licence.used.uncounted") : formatNumber(count)}{" "}
        {limit === null
          ? t("licence.used.unlimited")
          : t("licence.used.of", { limit: formatNumber(limit) })}
        {one.over && <strong> {t(`licence.over.${one.enforce}`)}</strong>}
        {!one.over && limit !== null && one.named && <> {t(`licence.enforce.${one.enforce}`)}</>}
      </span>
    </li>
  );
}
