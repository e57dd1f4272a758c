import { useTranslation } from "react-i18next";
import type { LicenceView } from "../../api/generated/types.gen";

const STATES = ["VALID", "EXPIRING", "GRACE", "DEGRADED", "COMMUNITY"] as const;

/** What stops in which state, by the table that the server refuses by. */
export function Stops({ licence }: { licence: LicenceView }) {
  const { t } = useTranslation();
  return (
    <>
      <table className="cr-plain-table cr-licence-stops">
        <thead>
          <tr>
            <th scope="col">{t("licence.stops.state")}</th>
            {licence.stops.map(({ act }) => (
              <th key={act} scope="col">
                {t(`licence.act.${act}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {STATES.map((state) => (
            <tr key={state} aria-current={state === licence.state ? "true" : undefined}>
              <th scope="row">{t(`licence.word.${state}`)}</th>
              {licence.stops.map(({ act, states }) => (
                <td key={act}>{t(`licence.works.${states[state] ?? "works"}`)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <Refused licence={licence} />
      <p>{t("licence.always.title")}</p>
      <ul className="cr-licence-always">
        {licence.always.map((what) => (
          <li key={what}>{t(`licence.always.${what}`)}</li>
        ))}
      </ul>
    </>
  );
}

/** What is refused at this moment, and what helps. */
function Refused({ licence }: { licence: LicenceView }) {
  const { t } = useTranslation();
  const refused = licence.acts.filter(({ allowed }) => !allowed);
  if (refused.length === 0) return <p>{t("licence.stops.nothing")}</p>;
  return (
    <ul>
      {refused.map(({ act, reason, fix }) => (
        <li key={act}>
          <strong>{t(`licence.act.${act}`)}</strong>: {reason} {fix}
        </li>
      ))}
    </ul>
  );
}
