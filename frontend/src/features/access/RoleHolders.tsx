import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { rowOf } from "../../api/rows";
import { Raw } from "../../detail/Facts";
import { Section } from "../../detail/Section";
import { equals } from "../../detail/useLiveRow";
import { scopeWords } from "../../format/scope";
import { EMPTY_QUERY } from "../../live/query";
import { useLiveView } from "../../live/react";
import { mayUse, useSession } from "../../session/session";
import { AppLink } from "../../shell/AppLink";
import { Ends } from "./Ends";
import { heldHref } from "./roleActions";

const MOST = 20;

/** Who has a role and where, as far as the viewer may see. */
export function RoleHolders({ role }: { role: string }) {
  const { t } = useTranslation();
  const may = mayUse(useSession(), "binding");
  const query = useMemo(
    () => ({ ...EMPTY_QUERY, filter: equals({ role }), sort: ["subject", "scope"] }),
    [role],
  );
  const { view } = useLiveView(may ? "bindings" : null, query, { offset: 0, limit: MOST });
  if (!may) return <p className="cr-muted">{t("access.role.holdersHidden")}</p>;
  if (view.problem || view.status === "loading") return null;
  return (
    <Section title={t("access.role.holders")}>
      {view.total === 0 && <p className="cr-muted">{t("access.role.nobody")}</p>}
      <ul className="cr-list" data-holders={view.total}>
        {view.rows.map((row) => {
          const { key, subject, subject_kind, scope, expires } = rowOf("bindings", row);
          return (
            <li key={key}>
              <AppLink href={`/access/bindings?${new URLSearchParams({ row: key })}`}>
                <Raw>{subject}</Raw>
              </AppLink>{" "}
              <span className="cr-muted" title={scope}>
                {t(`access.subject.${subject_kind as "user"}`)}, {scopeWords(scope, t)}
                {expires !== null && ", "}
              </span>
              {expires !== null && <Ends at={expires} />}
            </li>
          );
        })}
      </ul>
      {view.total > MOST && (
        <AppLink href={heldHref(role)}>
          {t("access.role.allHolders", { count: view.total })}
        </AppLink>
      )}
    </Section>
  );
}
