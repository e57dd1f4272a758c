import "../../i18n/later";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { listKindsOptions, readRoleOptions } from "../../api/generated/@tanstack/react-query.gen";
import { Crumbs } from "../../detail/DetailPage";
import { Raw } from "../../detail/Facts";
import { useDetail } from "../../detail/useDetail";
import { equals, useLiveRow } from "../../detail/useLiveRow";
import { useAddress } from "../../pages/useAddress";
import { PageHeader } from "../../shell/PageHeader";
import { SkeletonLines } from "../../states/Skeletons";
import { Failed, NotFound } from "../../states/States";
import { RoleParts } from "./RoleParts";

/** The role that the address names. */
export function RolePage() {
  const { name = "" } = useAddress<"name">();
  return <RoleDetail key={name} name={name} />;
}

function RoleDetail({ name }: { name: string }) {
  const { t } = useTranslation();
  const filters = useMemo(() => equals({ name }), [name]);
  const { current } = useLiveRow("roles", filters);
  const { data, problem, retry } = useDetail(readRoleOptions({ path: { role_id: name } }), {
    news: current?.row_version,
  });
  const { data: kinds } = useQuery({ ...listKindsOptions(), staleTime: 300_000 });
  const missing = problem?.status === 404;
  const custom = data && !data.built_in;
  return (
    <section className="cr-page cr-scroll-page">
      <Crumbs crumbs={[{ title: t("access.roles"), href: "/access/roles" }]} />
      <PageHeader
        title={<Raw>{data?.title || name}</Raw>}
        sentence={
          data && (
            <>
              <Raw>{data.id}</Raw> · {t(custom ? "access.role.custom" : "access.role.builtIn")}
            </>
          )
        }
      />
      {!problem && !(data && kinds) && <SkeletonLines />}
      {missing && <NotFound />}
      {problem && !missing && <Failed problem={problem} onRetry={retry} />}
      {data && kinds && !missing && <RoleParts role={data} kinds={kinds} />}
    </section>
  );
}
