import "../../i18n/connections";
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
import { kindsQuery } from "./api";
import { addConnection } from "./saving";

/** Connect a system: choose its kind, type where and how, test, add. */
export function NewConnectionPage() {
  const { t } = useTranslation();
  const router = useRouter();
  const { data, error, refetch } = useQuery(kindsQuery);
  return (
    <section className="cr-page cr-scroll-page">
      <Crumbs crumbs={[{ title: t("nav.connections"), href: "/connections" }]} />
      <PageHeader title={t("connections.add")} sentence={t("connections.addSentence")} />
      {!data && !error && <SkeletonLines />}
      {error && <Failed problem={toProblem(error)} onRetry={() => void refetch()} />}
      {data && (
        <ActionPageForm
          action={addConnection}
          target={data}
          name=""
          onClose={() => goTo(router, "/connections")}
        />
      )}
    </section>
  );
}
