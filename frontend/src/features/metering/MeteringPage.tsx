import "../../i18n/metering";
import "../../styles/metering.css";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { listMetersOptions } from "../../api/generated/@tanstack/react-query.gen";
import { toProblem } from "../../api/problem";
import { AskAccess } from "../../asking/AskAccess";
import { formatExact } from "../../format/time";
import { PageHeader } from "../../shell/PageHeader";
import { SkeletonLines } from "../../states/Skeletons";
import { EmptyTable, Failed, NoAccess } from "../../states/States";
import { Explorer } from "./Explorer";

const MINUTE = 60_000;

/** What was used, what of it is billed, and why. */
export function MeteringPage() {
  const { t } = useTranslation();
  const { data, error, isPending, refetch } = useQuery({
    ...listMetersOptions(),
    // Until the first hour is written, which it is by itself.
    refetchInterval: ({ state }) => (state.data?.first === null ? MINUTE : false),
  });
  if (data && data.first !== null) return <Explorer meters={data} first={data.first} />;
  const hidden = error !== null && [403, 404].includes(toProblem(error).status);
  return (
    <section className="cr-page cr-scroll-page">
      <PageHeader title={t("nav.metering")} />
      {isPending && <SkeletonLines />}
      {hidden && <NoAccess what={t("nav.metering")} ask={<AskAccess kind="plan" verb="list" />} />}
      {error && !hidden && <Failed problem={toProblem(error)} onRetry={() => void refetch()} />}
      {data && <EmptyTable hint={t("metering.empty", { at: formatExact(data.next) })} />}
    </section>
  );
}
