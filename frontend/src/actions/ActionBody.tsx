import { useTranslation } from "react-i18next";
import { FormFields } from "../forms/FormFields";
import { concerns } from "../forms/field";
import { Effects } from "./Effects";
import type { AnyAction } from "./erased";
import { Parts } from "./Parts";
import { ProblemNotice } from "./ProblemNotice";
import type { ActionForm } from "./useActionForm";

/** What went wrong, what it is about, what it would touch, and its fields. */
export function ActionBody({ of, target }: { of: ActionForm; target: unknown }) {
  const { t } = useTranslation();
  const { action, name, form, problem, changed, rehearsal, progress } = of;
  const errors = problem?.errors ?? [];
  const atFields =
    errors.length > 0 &&
    errors.every(({ field }) => form.fields.some(({ id }) => concerns(field, id)));
  return (
    <>
      {problem && !atFields && <ProblemNotice problem={problem} />}
      {problem && atFields && (
        <ProblemNotice problem={{ ...problem, detail: t("form.seeFields") }} />
      )}
      {changed && <p>{t(action.before ? "action.compare" : "action.changed")}</p>}
      {action.body && <p>{t(action.body, { name }) as string}</p>}
      {action.shown?.(of.against)}
      {action.parts && <Parts parts={action.parts(target)} />}
      {action.effects && <Effects action={action} target={target} onClose={of.guard.close} />}
      <FormFields form={form} errors={errors} onChange={of.touched} />
      {rehearsal.data?.shown}
      {isFinal(action.final, target) && <p className="cr-final">{t("action.final")}</p>}
      {progress && (
        <progress
          className="cr-progress"
          aria-label={of.what}
          max={Math.max(1, progress.total)}
          value={progress.done}
        />
      )}
    </>
  );
}

const isFinal = (final: AnyAction["final"], target: unknown) =>
  typeof final === "function" ? final(target) : final === true;
