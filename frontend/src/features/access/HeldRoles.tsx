import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { BindingRow } from "../../api/generated/types.gen";
import { rowOf } from "../../api/rows";
import { Section } from "../../detail/Section";
import { Age } from "../../format/Age";
import { scopeWords } from "../../format/scope";
import { EMPTY_QUERY } from "../../live/query";
import { useLiveView } from "../../live/react";
import { AppLink } from "../../shell/AppLink";
import { Failed } from "../../states/States";

const MOST = 20;

/** Whom roles are held by. */
export interface Holder {
  subject: string;
  kind: "user" | "service" | "team";
}

/** Which roles somebody holds directly, and where; nothing for who may not see that. */
export function HeldRoles({ subject, kind }: Holder) {
  const { t } = useTranslation();
  const query = useMemo(
    () => ({
      ...EMPTY_QUERY,
      filter: [`subject=${JSON.stringify(subject)}`, `subject_kind=${JSON.stringify(kind)}`],
      sort: ["scope", "role"],
    }),
    [subject, kind],
  );
  const { view } = useLiveView("bindings", query, { offset: 0, limit: MOST });
  if (view.problem?.status === 403 || (view.status === "loading" && !view.problem)) return null;
  if (view.problem)
    return (
      <Section title={t("access.rolesOf")}>
        <Failed problem={view.problem} />
      </Section>
    );
  const of = new URLSearchParams({ filter: `subject=${JSON.stringify(subject)}` });
  return (
    <Section title={t("access.rolesOf")}>
      {view.total === 0 && (
        <p className="cr-muted">{t(kind === "user" ? "access.noRoles" : "access.noRolesYet")}</p>
      )}
      <ul className="cr-list">
        {view.rows.map((row) => (
          <Role key={row.key} held={rowOf("bindings", row)} />
        ))}
      </ul>
      {view.total > MOST && (
        <AppLink href={`/access/bindings?${of}`}>
          {t("access.allRoles", { count: view.total })}
        </AppLink>
      )}
    </Section>
  );
}

function Role({ held }: { held: BindingRow }) {
  const { t } = useTranslation();
  const { key, role, scope, expires } = held;
  return (
    <li>
      <AppLink href={`/access/bindings?${new URLSearchParams({ row: key })}`}>
        <span translate="no">{role}</span>
      </AppLink>{" "}
      <span className="cr-muted" title={scope}>
        {scopeWords(scope, t)}
      </span>
      {expires !== null && (
        <span className="cr-muted">
          {" "}
          {t("access.until")} <Age at={expires} />
        </span>
      )}
    </li>
  );
}
