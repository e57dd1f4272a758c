import { Button } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { readMeteredHoursOptions } from "../../api/generated/@tanstack/react-query.gen";
import type { MeteredUsage } from "../../api/generated/types.gen";
import { toProblem } from "../../api/problem";
import { Section } from "../../detail/Section";
import { SkeletonLines } from "../../states/Skeletons";
import { Failed } from "../../states/States";
import { Figures } from "./Figures";
import { formatAmount, formatDay, formatHour, formatShare } from "./format";

interface HoursProps {
  usage: MeteredUsage;
  day: string;
  onClose: () => void;
}

/** The hours of one day. */
export function Hours({ usage: { meter, cluster, unit, zone }, day, onClose }: HoursProps) {
  const { t } = useTranslation();
  const { data, error, isPending, refetch } = useQuery(
    readMeteredHoursOptions({ path: { meter }, query: { day, cluster } }),
  );
  const title = t("metering.hours", { day: formatDay(day) });
  return (
    <Section
      title={title}
      note={
        <Button variant="link" isInline onClick={onClose}>
          {t("action.close")}
        </Button>
      }
    >
      {isPending && <SkeletonLines />}
      {error && <Failed problem={toProblem(error)} onRetry={() => void refetch()} />}
      {data?.items.length === 0 && <p>{t("metering.noHours")}</p>}
      {data && data.items.length > 0 && (
        <Figures
          label={title}
          heads={[
            t("metering.hour"),
            t("metering.high"),
            t("metering.low"),
            t("metering.average"),
            t("metering.samples"),
            t("metering.coverage"),
          ]}
        >
          {data.items.map((hour) => (
            <tr key={hour.start}>
              <th scope="row">{formatHour(hour.start, zone)}</th>
              <td className="cr-right">{formatAmount(hour.high, unit)}</td>
              <td className="cr-right">{formatAmount(hour.low, unit)}</td>
              <td className="cr-right">{formatAmount(hour.average, unit)}</td>
              <td className="cr-right">{hour.samples}</td>
              <td className="cr-right">{formatShare(hour.covered, 3600)}</td>
            </tr>
          ))}
        </Figures>
      )}
    </Section>
  );
}
