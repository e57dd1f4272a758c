import { useTranslation } from "react-i18next";
import { ActionButton } from "../../actions/ActionHost";
import type { LicenceDocumentView, LicenceView } from "../../api/generated/types.gen";
import { type Fact, Facts, Raw } from "../../detail/Facts";
import { Age } from "../../format/Age";
import { Status } from "../../status/Status";
import type { Tone } from "../../status/tone";
import { removeLicence } from "./licence";
import { formatDay } from "./states";

const TONES: Readonly<Record<LicenceDocumentView["phase"], Tone>> = {
  SCHEDULED: "busy",
  VALID: "ok",
  EXPIRING: "warn",
  GRACE: "warn",
  DEGRADED: "bad",
  OVER: "off",
  REPLACED: "off",
};

/** Each licence of the source that wins. */
export function Documents({ licence }: { licence: LicenceView }) {
  return (
    <ul className="cr-licence-documents">
      {licence.documents.map((one) => (
        <Document key={one.id} one={one} licence={licence} />
      ))}
    </ul>
  );
}

function Document({ one, licence }: { one: LicenceDocumentView; licence: LicenceView }) {
  const { t } = useTranslation();
  const facts: Fact[] = [
    [t("licence.documents.edition"), <Raw key="e">{one.edition}</Raw>],
    [t("licence.documents.account"), <Raw key="a">{one.account}</Raw>],
    [
      t("licence.documents.dates"),
      t("licence.documents.span", {
        start: formatDay(one.not_before),
        end: formatDay(one.expires_on),
      }),
    ],
    [t("licence.documents.by"), one.by && <Raw key="b">{one.by}</Raw>],
    [t("licence.documents.revoked"), one.revoked && <Age key="r" at={one.revoked} />],
    [t("licence.documents.elsewhere"), one.elsewhere && <Age key="w" at={one.elsewhere} />],
    [t("licence.documents.support"), one.support && <Raw key="s">{one.support}</Raw>],
    [
      t("licence.documents.added"),
      one.added && (
        <span key="p">
          <Age at={one.added} /> <Raw>{one.added_by}</Raw>
        </span>
      ),
    ],
  ];
  return (
    <li>
      <h3>
        <Raw>{one.id}</Raw>{" "}
        <Status word={t(`licence.phase.${one.phase}`)} tone={TONES[one.phase]} />
        {one.demo && <strong> {t("licence.demo.word")}</strong>}
      </h3>
      <Facts facts={facts} columns={2} />
      {one.added !== null && (
        <ActionButton action={removeLicence} target={{ licence, id: one.id }} name={one.id} />
      )}
    </li>
  );
}
