import { List, ListItem } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import type { NewBinding, GrantPreview as Preview } from "../../api/generated/types.gen";
import { scopeWords } from "../../format/scope";
import { formatExact } from "../../format/time";
import { Notice } from "../../states/Notice";
import { RightsList } from "./RightsList";

/** What a grant would give, in a sentence, and which rights of it are new. */
export function GrantPreview({ asked, told }: { asked: NewBinding; told: Preview }) {
  const { t } = useTranslation();
  const { gains, gains_total: total, scopes, people, rights, role } = told;
  const end = asked.expires ?? null;
  const title = t(end === null ? "access.grant.gives" : "access.grant.givesUntil", {
    name: asked.subject,
    role,
    where: scopeWords(asked.scope, t),
    end: end === null ? "" : formatExact(end),
  });
  const many = asked.subject_kind === "team" || asked.subject_kind === "group";
  return (
    <Notice tone="info" live title={title} data-preview>
      <List isPlain>
        {many && people !== null && (
          <ListItem>{t("access.grant.people", { count: people })}</ListItem>
        )}
        {scopes.length > 1 && (
          <ListItem>
            {t("access.grant.owned", {
              places: scopes
                .slice(1)
                .map((scope) => scopeWords(scope, t))
                .join("; "),
            })}
          </ListItem>
        )}
        {rights === 0 && <ListItem>{t("access.grant.empty")}</ListItem>}
        {gains && rights > 0 && gains.length === 0 && (
          <ListItem>{t("access.grant.nothingNew")}</ListItem>
        )}
        {gains && gains.length > 0 && (
          <ListItem>
            {t("access.grant.new", { count: total ?? 0 })}
            <RightsList kinds={gains} />
          </ListItem>
        )}
      </List>
    </Notice>
  );
}
