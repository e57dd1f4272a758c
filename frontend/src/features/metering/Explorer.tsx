import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { readMeteredUsageOptions } from "../../api/generated/@tanstack/react-query.gen";
import type { MeterList } from "../../api/generated/types.gen";
import { apiUrl } from "../../api/http";
import { toProblem } from "../../api/problem";
import { PageHeader } from "../../shell/PageHeader";
import { Notice } from "../../states/Notice";
import { SkeletonLines } from "../../states/Skeletons";
import { Failed } from "../../states/States";
import { Asked } from "./Asked";
import { Days } from "./Days";
import { formatAmount, formatMonth, monthAfter } from "./format";
import { MonthChart } from "./MonthChart";
import { useAsked } from "./useAsked";
import { Why } from "./Why";

const AGAIN = 300_000;

/** A month of one meter: the number, why it is that one, its days, and their hours. */
export function Explorer({ meters, first }: { meters: MeterList; first: number }) {
  const { t } = useTranslation();
  const asked = useAsked(meters, first);
  const { meter, month, cluster, by } = asked;
  const span = { first: `${month}-01`, until: `${monthAfter(month)}-01`, cluster };
  const { data, error, isPending, refetch } = useQuery({
    ...readMeteredUsageOptions({ path: { meter }, query: { ...span, aggregation: by } }),
    placeholderData: keepPreviousData,
    // A month that runs has another hour each hour.
    refetchInterval: ({ state }) => (state.data?.running ? AGAIN : false),
  });
  const shown = data && {
    what: meters.items.find(({ name }) => name === data.meter)?.title ?? data.meter,
    month: formatMonth(data.first.slice(0, 7)),
    value: data.value === null ? "–" : formatAmount(data.value, data.unit),
  };
  const sentence = data?.running ? "metering.sentenceRunning" : "metering.sentence";
  return (
    <section className="cr-page cr-scroll-page">
      <PageHeader
        title={t("nav.metering")}
        sentence={shown && t(sentence, shown)}
        meta={
          <a href={apiUrl(`metering/${meter}/csv?${new URLSearchParams(span)}`)} download>
            {t("metering.csv")}
          </a>
        }
      />
      <Asked meters={meters} asked={asked} />
      {isPending && <SkeletonLines />}
      {error && data && (
        <Notice tone="warning" title={t("metering.stale")}>
          {toProblem(error).detail}
        </Notice>
      )}
      {error && !data && <Failed problem={toProblem(error)} onRetry={() => void refetch()} />}
      {data && (
        <>
          <Why usage={data} />
          {data.days.length > 0 && <MonthChart usage={data} />}
          <Days usage={data} day={asked.day} onDay={(day) => asked.change({ day })} />
          <p className="cr-muted">{t("metering.zone", { zone: data.zone })}</p>
        </>
      )}
    </section>
  );
}
