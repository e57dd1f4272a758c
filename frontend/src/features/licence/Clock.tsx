import { useTranslation } from "react-i18next";
import { ActionButton } from "../../actions/ActionHost";
import type { LicenceView } from "../../api/generated/types.gen";
import { Facts } from "../../detail/Facts";
import { formatExact } from "../../format/time";
import { Notice } from "../../states/Notice";
import { resetClock } from "./licence";

/** What time counts, and whether the clock of the console's machine is believed. */
export function Clock({ licence }: { licence: LicenceView }) {
  const { t } = useTranslation();
  const { now, wall, mark, trust } = licence.clock;
  return (
    <>
      {trust === "good" ? (
        <p>{t("licence.clock.good")}</p>
      ) : (
        <Notice tone="warning" title={t(`licence.clock.${trust}`)} />
      )}
      <Facts
        facts={[
          [t("licence.clock.now"), formatExact(now)],
          [t("licence.clock.wall"), trust !== "good" && formatExact(wall)],
          [t("licence.clock.mark"), formatExact(mark)],
        ]}
      />
      {trust !== "good" && <ActionButton action={resetClock} target={licence} name="" />}
    </>
  );
}
