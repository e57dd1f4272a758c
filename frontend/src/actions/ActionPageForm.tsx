import { ActionGroup, Form } from "@patternfly/react-core";
import { useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { AppLink } from "../shell/AppLink";
import { entryHref } from "../shell/news";
import { ActionBody } from "./ActionBody";
import { ActionButtons } from "./ActionButtons";
import type { Action } from "./action";
import { erased } from "./erased";
import { useActionForm } from "./useActionForm";

export interface ActionPageFormProps<Target, Body> {
  action: Action<Target, Body>;
  target: Target;
  name: string;
  /** Where "Cancel" leads; without it, it takes back what was typed. */
  onClose?: () => void;
}

/**
 * An action whose form is the page, or a part of it: the same as in a dialogue, without one. While
 * nothing is typed it follows its target; what is typed is against the target it was typed on.
 */
export function ActionPageForm<Target, Body>(props: ActionPageFormProps<Target, Body>) {
  const { target, name, onClose } = props;
  const { t } = useTranslation();
  const action = useMemo(() => erased(props.action), [props.action]);
  const of = useActionForm({ action, target, name, ...(onClose ? { onClose } : {}) });
  const seen = useRef(target);
  const { adopt, busy } = of;
  const idle = !of.form.dirty && !busy;
  useEffect(() => {
    if (!idle || seen.current === target) return;
    seen.current = target;
    adopt(target);
  });
  const done = of.attempt.data;
  return (
    <Form
      id="cr-action-page"
      className="cr-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        of.submit();
      }}
    >
      <ActionBody of={of} target={target} />
      {done && !of.form.dirty && (
        <p role="status">
          {t("action.done")} <AppLink href={entryHref(done.requestId)}>{t("action.entry")}</AppLink>
        </p>
      )}
      <ActionGroup>
        <ActionButtons of={of} form="cr-action-page" />
      </ActionGroup>
      {of.guard.question}
    </Form>
  );
}
