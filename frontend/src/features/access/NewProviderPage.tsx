import "../../i18n/later";
import "../../i18n/providers";
import { useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { ActionPageForm } from "../../actions/ActionPageForm";
import { toProblem } from "../../api/problem";
import { Crumbs } from "../../detail/DetailPage";
import { useSearchOf } from "../../pages/useSearchOf";
import { goTo } from "../../shell/navigate";
import { PageHeader } from "../../shell/PageHeader";
import { SkeletonLines } from "../../states/Skeletons";
import { Failed } from "../../states/States";
import { addProvider } from "./addingProvider";
import { NEW_PROVIDER_SEARCH } from "./providerSearch";
import { type Preset, presetsQuery } from "./providersApi";

/** Connect an identity provider: choose the product, type what it gave, test, add. */
export function NewProviderPage() {
  const { t } = useTranslation();
  const router = useRouter();
  const { protocol } = useSearchOf(NEW_PROVIDER_SEARCH);
  const { data, error, refetch } = useQuery(presetsQuery);
  return (
    <section className="cr-page cr-scroll-page">
      <Crumbs crumbs={[{ title: t("providers.title"), href: "/access/providers" }]} />
      <PageHeader title={t("providers.add")} sentence={t("providers.addSentence")} />
      {!data && !error && <SkeletonLines />}
      {error && <Failed problem={toProblem(error)} onRetry={() => void refetch()} />}
      {data && (
        <ActionPageForm
          action={addProvider}
          key={protocol}
          target={protocol ? firstOf(protocol, data) : data}
          name=""
          onClose={() => goTo(router, "/access/providers")}
        />
      )}
    </section>
  );
}

/** The products that are spoken to so stand first, and the first of them is chosen. */
function firstOf(protocol: string, presets: readonly Preset[]): Preset[] {
  const last = ({ protocol: own }: Preset) => Number(own !== protocol);
  return presets.toSorted((one, other) => last(one) - last(other));
}
