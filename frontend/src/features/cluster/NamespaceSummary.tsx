import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Facts } from "../../detail/Facts";
import { Section } from "../../detail/Section";
import { equals } from "../../detail/useLiveRow";
import { formatNumber } from "../../format/numbers";
import { EMPTY_QUERY, type Query } from "../../live/query";
import { useLiveView } from "../../live/react";
import { AppLink } from "../../shell/AppLink";
import { ToneIcon } from "../../status/Status";
import { toneOf } from "../../status/tone";

/** What a namespace holds, table by table. */
const TABLES = ["workloads", "pods", "services", "ingresses", "persistentvolumeclaims"] as const;
const MOST_PROBLEMS = 8;

export interface NamespaceSummaryProps {
  cluster: string;
  namespace: string;
}

/** What is wrong in a namespace, and what there is in it; all of it live. */
export function NamespaceSummary({ cluster, namespace }: NamespaceSummaryProps) {
  const { t } = useTranslation();
  const within = useMemo(() => equals({ cluster, namespace }), [cluster, namespace]);
  return (
    <>
      <Section title={t("namespace.problems")}>
        <NamespaceProblems within={within} />
      </Section>
      <Section title={t("namespace.holds")}>
        <Facts
          facts={TABLES.map(
            (table) =>
              [
                t(`kind.${table}`),
                <Held key={table} table={table} within={within} namespace={namespace} />,
              ] as const,
          )}
        />
      </Section>
    </>
  );
}

function NamespaceProblems({ within }: { within: readonly string[] }) {
  const { t } = useTranslation();
  const query = useMemo<Query>(() => ({ ...EMPTY_QUERY, filter: [...within] }), [within]);
  const { view } = useLiveView("problems", query, { offset: 0, limit: MOST_PROBLEMS });
  if (view.status !== "live") return null;
  if (view.rows.length === 0)
    return (
      <p className="cr-calm">
        <ToneIcon tone="ok" /> {t("namespace.noProblems")}
      </p>
    );
  return (
    <ul className="cr-list cr-related">
      {view.rows.map((row) => (
        <li key={row.key}>
          <span className="cr-relation">
            <ToneIcon tone={toneOf(String(row.severity))} />
            <AppLink href={String(row.link)}>
              <span translate="no">{`${row.kind} ${row.name}`}</span>
            </AppLink>
          </span>
          <span className="cr-related-reason" translate="no">
            {String(row.reason ?? "")}
          </span>
        </li>
      ))}
      {view.total > view.rows.length && (
        <li className="cr-muted">{t("detail.more", { count: view.total - view.rows.length })}</li>
      )}
    </ul>
  );
}

interface HeldProps {
  table: (typeof TABLES)[number];
  within: readonly string[];
  namespace: string;
}

/** How many there are and how many of them need attention; leads to the table. */
function Held({ table, within, namespace }: HeldProps) {
  const { t } = useTranslation();
  const judged = table !== "ingresses";
  const query = useMemo<Query>(
    () => ({ ...EMPTY_QUERY, filter: [...within], facet: judged ? ["healthy"] : [] }),
    [within, judged],
  );
  const { view } = useLiveView(table, query, { offset: 0, limit: 1 });
  if (view.status !== "live") return <span className="cr-none">–</span>;
  const unwell =
    view.facets.healthy?.find(({ value }) => value === false || value === "false")?.count ?? 0;
  const path = table === "workloads" ? "/workloads" : `/workloads/${table}`;
  return (
    <span className="cr-relation-group">
      <AppLink href={`${path}?namespace=${encodeURIComponent(namespace)}`}>
        <span translate="no">{formatNumber(view.total)}</span>
      </AppLink>
      {unwell > 0 && (
        <span className="cr-tone-count">
          <ToneIcon tone="warn" /> {t("namespace.attention", { count: unwell })}
        </span>
      )}
    </span>
  );
}
