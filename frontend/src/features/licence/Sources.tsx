import { useTranslation } from "react-i18next";
import type { LicenceView, SourceView } from "../../api/generated/types.gen";
import { Raw } from "../../detail/Facts";
import { ToneIcon } from "../../status/Status";

/** Where licences may come from, highest first, which one wins and why. */
export function Sources({ licence }: { licence: LicenceView }) {
  return (
    <ol className="cr-licence-sources">
      {licence.sources.map((source) => (
        <Source key={source.place} source={source} winner={winnerOf(licence)} />
      ))}
    </ol>
  );
}

const winnerOf = ({ sources }: LicenceView) => sources.find(({ wins }) => wins);

function Source({ source, winner }: { source: SourceView; winner: SourceView | undefined }) {
  const { t } = useTranslation();
  const { place, where, wins, licences, error } = source;
  const told = wins
    ? t("licence.sources.wins", { count: licences })
    : licences > 0 && winner
      ? t("licence.sources.hidden", { winner: t(`licence.place.${winner.place}`) })
      : t("licence.sources.empty");
  return (
    <li data-place={place}>
      <ToneIcon tone={error ? "bad" : wins ? "ok" : "off"} />{" "}
      <strong>{t(`licence.place.${place}`)}</strong>{" "}
      {where && (
        <code translate="no" className="cr-muted">
          {where}
        </code>
      )}
      : {told}
      {error && (
        <p className="cr-tone-bad">
          {licences > 0 ? t("licence.sources.kept") : t("licence.sources.broken")}{" "}
          <Raw>{error}</Raw>
        </p>
      )}
    </li>
  );
}
