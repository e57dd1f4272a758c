import "../../i18n/later";
import "../../i18n/providers";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { toProblem } from "../../api/problem";
import { Crumbs } from "../../detail/DetailPage";
import { Raw } from "../../detail/Facts";
import { equals, useLiveRow } from "../../detail/useLiveRow";
import { part, usePart } from "../../overlay/part";
import { useAddress } from "../../pages/useAddress";
import { useSearchOf } from "../../pages/useSearchOf";
import { PageHeader } from "../../shell/PageHeader";
import { SkeletonLines } from "../../states/Skeletons";
import { Failed, NotFound } from "../../states/States";
import { Status } from "../../status/Status";
import { ProviderParts } from "./ProviderParts";
import { PROVIDER_SEARCH } from "./providerSearch";
import { providerQuery } from "./providersApi";

const result = part(async () => (await import("./TrialResult")).TrialResult);

/** The provider that the address names. */
export function ProviderPage() {
  const { name = "" } = useAddress<"name">();
  return <ProviderDetail key={name} name={name} />;
}

function ProviderDetail({ name }: { name: string }) {
  const { t } = useTranslation();
  const { trial } = useSearchOf(PROVIDER_SEARCH);
  const TrialResult = usePart(result, trial !== undefined);
  const filters = useMemo(() => equals({ name }), [name]);
  const { current } = useLiveRow("identity-providers", filters);
  const { data, error, refetch } = useQuery(providerQuery(name));
  const version = current?.row_version;
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again when the row says so
  useEffect(() => void refetch(), [version, refetch]);
  const problem = error ? toProblem(error) : null;
  return (
    <section className="cr-page cr-scroll-page">
      <Crumbs crumbs={[{ title: t("providers.title"), href: "/access/providers" }]} />
      <PageHeader
        title={<Raw>{data?.label || name}</Raw>}
        sentence={
          data && (
            <span className="cr-tones">
              <Status word={data.disabled ? "Switched off" : "Active"} />
              <Raw>{data.address}</Raw>
            </span>
          )
        }
      />
      {!data && !problem && <SkeletonLines />}
      {problem?.status === 404 && <NotFound />}
      {problem && problem.status !== 404 && (
        <Failed problem={problem} onRetry={() => void refetch()} />
      )}
      {data && (
        <ProviderParts provider={data}>
          {trial && TrialResult && <TrialResult name={name} trial={trial} />}
        </ProviderParts>
      )}
    </section>
  );
}
