import { useTranslation } from "react-i18next";
import type { LicenceView } from "../../api/generated/types.gen";
import { formatNumber } from "../../format/numbers";
import type { Tone } from "../../status/tone";

/** How bad a state is for its reader. */
export const STATE_TONES: Readonly<Record<LicenceView["state"], Tone>> = {
  VALID: "ok",
  EXPIRING: "warn",
  GRACE: "warn",
  DEGRADED: "bad",
  COMMUNITY: "off",
};

const DAY_SECONDS = 86_400;
const LONG = new Intl.DateTimeFormat(undefined, { dateStyle: "long", timeZone: "UTC" });
const MOMENT = new Intl.DateTimeFormat(undefined, { dateStyle: "long" });

/** A date of a licence, which is a day wherever its reader is. */
export const formatDay = (day: string) => LONG.format(Date.parse(`${day}T00:00:00Z`));

/** The day of a moment, in the reader's own zone. */
export const formatDate = (at: number) => MOMENT.format(at * 1000);

/** The state, the most important count and what comes then, in one sentence. */
export function useStateSentence(licence: LicenceView): string {
  const { t } = useTranslation();
  const { state, documents } = licence;
  const last = lastOf(documents.filter(({ phase }) => GOOD.has(phase)));
  const servers = serversOf(licence);
  const used =
    servers?.count === null || servers === undefined
      ? t("licence.state.uncounted")
      : servers.limit === null
        ? t("licence.state.unlimited", { count: servers.count })
        : t("licence.state.used", {
            used: formatNumber(servers.count),
            limit: formatNumber(servers.ceiling ?? servers.limit),
          });
  if (!last) return `${t(`licence.state.${state}`, { end: "", days: 0 })} ${used}`;
  const days = Math.round((last.grace_ends - last.ends) / DAY_SECONDS);
  const end = state === "GRACE" ? formatDate(last.grace_ends) : formatDay(last.expires_on);
  const grace =
    state !== "GRACE" && days > 0 ? ` ${t("licence.state.grace", { count: days })}` : "";
  return `${t(`licence.state.${state}`, { end })} ${used}${grace}`;
}

const GOOD = new Set(["VALID", "EXPIRING", "GRACE"]);

type Document = LicenceView["documents"][number];

const lastOf = (documents: readonly Document[]) =>
  documents.toSorted((one, other) => other.grace_ends - one.grace_ends)[0];

const serversOf = ({ entitlements }: LicenceView) =>
  entitlements.find(({ name }) => name === "servers");
