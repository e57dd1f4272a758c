import "../../i18n/connections";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { toProblem } from "../../api/problem";
import { AskAccess } from "../../asking/AskAccess";
import { Crumbs } from "../../detail/DetailPage";
import { Raw } from "../../detail/Facts";
import { equals, useLiveRow } from "../../detail/useLiveRow";
import { part, usePart } from "../../overlay/part";
import { useAddress } from "../../pages/useAddress";
import { mayUse, useSession } from "../../session/session";
import { PageHeader } from "../../shell/PageHeader";
import { SkeletonLines } from "../../states/Skeletons";
import { Failed, NoAccess, NotFound } from "../../states/States";
import { Status } from "../../status/Status";
import { connectionQuery } from "./api";
import { ConnectionParts } from "./ConnectionParts";

const deciding = part(async () => (await import("./Deciding")).Deciding);
const kubectl = part(async () => (await import("./Kubectl")).Kubectl);

/** The connection that the address names. */
export function ConnectionPage() {
  const { kind = "", name = "" } = useAddress<"kind" | "name">();
  return <ConnectionDetail key={`${kind}/${name}`} kind={kind} name={name} />;
}

function ConnectionDetail({ kind, name }: { kind: string; name: string }) {
  const { t } = useTranslation();
  const filters = useMemo(() => equals({ kind, name }), [kind, name]);
  const live = useLiveRow("connections", filters);
  const may = mayUse(useSession(), "connection-settings", "get");
  const { data, error, refetch } = useQuery({ ...connectionQuery(kind, name), enabled: may });
  const status = String(live.current?.status ?? data?.status ?? "");
  const message = String(live.current?.message ?? data?.message ?? "");
  const news = `${status}\n${live.current?.expires}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again when the row says so
  useEffect(() => {
    if (may) void refetch();
  }, [news, may, refetch]);
  const problem = error ? toProblem(error) : null;
  const Kubectl = usePart(kubectl, kind === "kubernetes");
  const Deciding = usePart(deciding, data?.decides === "both");
  const way = Kubectl && <Kubectl cluster={name} />;
  return (
    <section className="cr-page cr-scroll-page">
      <Crumbs crumbs={[{ title: t("nav.connections"), href: "/connections" }]} />
      <PageHeader
        title={<Raw>{name}</Raw>}
        sentence={
          status && (
            <>
              <Status word={status} /> <Raw>{message}</Raw>
            </>
          )
        }
      />
      {!may && (
        <NoAccess
          what={t("connections.settings")}
          ask={<AskAccess kind="connection-settings" verb="get" />}
        />
      )}
      {may && !data && !problem && <SkeletonLines />}
      {problem?.status === 404 && <NotFound />}
      {problem && problem.status !== 404 && (
        <Failed problem={problem} onRetry={() => void refetch()} />
      )}
      {data ? (
        <ConnectionParts connection={data} since={live.current?.since}>
          {Deciding && <Deciding />}
          {way}
        </ConnectionParts>
      ) : (
        !may && way
      )}
    </section>
  );
}
