import { Button } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import type { ActionForm } from "./useActionForm";

export interface ActionButtonsProps {
  of: ActionForm;
  /** The id of the form they belong to. */
  form: string;
  /** Something must be done first, e.g. the name typed. */
  held?: boolean;
}

/** Do it, try it first, do it although it was refused, leave. */
export function ActionButtons({ of, form, held = false }: ActionButtonsProps) {
  const { t } = useTranslation();
  const { action, attempt, rehearsal, busy, changed, problem } = of;
  const usual = action.before ? t("action.save") : t(action.verb);
  const words = changed ? t(action.before ? "action.again" : "action.anyway") : usual;
  return (
    <>
      <Button
        type="submit"
        form={form}
        variant={action.danger ? "danger" : "primary"}
        isLoading={attempt.isPending}
        isDisabled={busy || held || of.held}
      >
        {words as string}
      </Button>
      {action.rehearse && (
        <Button
          variant="secondary"
          isDisabled={busy}
          isLoading={rehearsal.isPending}
          onClick={of.rehearse}
        >
          {t(action.rehearse.verb) as string}
        </Button>
      )}
      {action.insist && attempt.error && problem && action.insist.after(problem) && (
        <Button variant="secondary" isDisabled={busy} onClick={of.insist}>
          {t(action.insist.verb) as string}
        </Button>
      )}
      <Button variant="link" onClick={of.close} isDisabled={attempt.isPending}>
        {t("action.cancel")}
      </Button>
    </>
  );
}
