import "../../i18n/later";
import { Button } from "@patternfly/react-core";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { ActionButton } from "../../actions/ActionHost";
import { ActionPageForm } from "../../actions/ActionPageForm";
import type { RightKind, RoleView } from "../../api/generated/types.gen";
import { Raw } from "../../detail/Facts";
import { Section } from "../../detail/Section";
import { mayUse, useSession } from "../../session/session";
import { Notice } from "../../states/Notice";
import { WhoGrants } from "../../states/WhoGrants";
import { inAreas } from "./areas";
import { RoleHolders } from "./RoleHolders";
import { editRole, removeRole } from "./roleActions";
import { copyRole } from "./roleCreation";

interface Props {
  role: RoleView;
  kinds: readonly RightKind[];
}

/** What can be done with a role, what it may do, and who has it where. */
export function RoleParts({ role, kinds }: Props) {
  const { t } = useTranslation();
  const session = useSession();
  const [editing, setEditing] = useState(false);
  const target = useMemo(() => ({ role, kinds }), [role, kinds]);
  const may = mayUse(session, "role", "update");
  const { id, built_in, idle } = role;
  return (
    <>
      <div className="cr-actions">
        {!editing && (
          <Button
            variant="secondary"
            size="sm"
            isDisabled={built_in || !may}
            aria-describedby="cr-role-fixed"
            onClick={() => setEditing(true)}
          >
            {t("access.role.edit.do")}
          </Button>
        )}
        <ActionButton action={copyRole} target={role} name={id} />
        {!built_in && <ActionButton action={removeRole} target={role} name={id} variant="danger" />}
      </div>
      {(built_in || !may) && (
        <p className="cr-muted" id="cr-role-fixed">
          {t(built_in ? "access.role.fixed" : "access.role.mayNot")} {!built_in && <WhoGrants />}
        </p>
      )}
      {idle.length > 0 && (
        <Notice tone="warning" title={t("access.role.idle")}>
          <Raw>{idle.join(", ")}</Raw>. {t("access.role.idleHint")}
        </Notice>
      )}
      <RoleHolders role={id} />
      <Section title={t("access.role.may")}>
        {editing ? (
          <ActionPageForm
            action={editRole}
            target={target}
            name={id}
            onClose={() => setEditing(false)}
          />
        ) : (
          <Rights {...target} />
        )}
      </Section>
    </>
  );
}

function Rights({ role, kinds }: Props) {
  const { t } = useTranslation();
  const held = new Set(role.rights);
  const areas = inAreas(kinds, ({ kind, verbs }) =>
    verbs.filter((verb) => held.has(`${kind}:${verb}`)),
  );
  if (areas.length === 0) return <p className="cr-muted">{t("access.role.none")}</p>;
  return areas.map(({ title, kinds: some }) => (
    <div key={title} className="cr-rights">
      <h3>{t(title) as string}</h3>
      <ul className="cr-list">
        {some.map(({ kind, title: called, verbs }) => (
          <li key={kind} data-kind={kind}>
            <Raw>{called}</Raw> <span className="cr-muted">{verbs.join(", ")}</span>
          </li>
        ))}
      </ul>
    </div>
  ));
}
