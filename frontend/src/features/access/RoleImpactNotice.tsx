import { List, ListItem } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import type { RoleImpact } from "../../api/generated/types.gen";
import { Raw } from "../../detail/Facts";
import { scopeWords } from "../../format/scope";
import { Notice } from "../../states/Notice";

const MOST = 20;

/** What an edit of a role would grant and take, and from whom. */
export function RoleImpactNotice({ told }: { told: RoleImpact }) {
  const { t } = useTranslation();
  const { grants, takes, idle, holders, holders_total: total, hidden, people } = told;
  const same = grants.length === 0 && takes.length === 0;
  const held = total + hidden;
  const title = same
    ? t("access.role.impact.same")
    : t(held === 0 ? "access.role.impact.nobody" : "access.role.impact.changes", { count: held });
  return (
    <Notice tone={takes.length > 0 ? "warning" : "info"} live title={title} data-impact>
      <List isPlain>
        <Rights title={t("access.role.impact.grants")} rights={grants} />
        <Rights title={t("access.role.impact.takes")} rights={takes} />
        <Rights title={t("access.role.impact.idle")} rights={idle} />
        {!same &&
          holders.slice(0, MOST).map(({ binding, subject, subject_kind, scope, people: count }) => (
            <ListItem key={binding}>
              {t(`access.subject.${subject_kind}`)} <Raw>{subject}</Raw>{" "}
              <span className="cr-muted" title={scope}>
                {scopeWords(scope, t)}
                {(subject_kind === "team" || subject_kind === "group") &&
                  `, ${t("access.role.impact.people", { count })}`}
              </span>
            </ListItem>
          ))}
        {!same && total > MOST && (
          <ListItem>{t("access.role.impact.more", { count: total - MOST })}</ListItem>
        )}
        {!same && hidden > 0 && (
          <ListItem>{t("access.role.impact.hidden", { count: hidden })}</ListItem>
        )}
        {!same && people.length > 0 && (
          <ListItem>
            {t("access.role.impact.behind", {
              count: told.people_total,
              names: people.slice(0, MOST).join(", "),
            })}
          </ListItem>
        )}
      </List>
    </Notice>
  );
}

function Rights({ title, rights }: { title: string; rights: readonly string[] }) {
  if (rights.length === 0) return null;
  return (
    <ListItem>
      {title} <Raw>{rights.join(", ")}</Raw>
    </ListItem>
  );
}
