import "../../i18n/later";
import "../../i18n/providers";
import { useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { ActionPageForm } from "../../actions/ActionPageForm";
import { toProblem } from "../../api/problem";
import { Crumbs } from "../../detail/DetailPage";
import { goTo } from "../../shell/navigate";
import { PageHeader } from "../../shell/PageHeader";
import { SkeletonLines } from "../../states/Skeletons";
import { Failed } from "../../states/States";
import { addProvider } from "./addingProvider";
import { presetsQuery } from "./providersApi";

/** Connect an identity provider: choose the product, type what it gave, test, add. */
export function NewProviderPage() {
  const { t } = useTranslation();
  const router = useRouter();
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
          target={data}
          name=""
          onClose={() => goTo(router, "/access/providers")}
        />
      )}
    </section>
  );
}
