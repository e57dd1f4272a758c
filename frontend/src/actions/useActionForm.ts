import { useMutation } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import { type Problem, toProblem } from "../api/problem";
import type { Texts } from "../forms/field";
import { type FormState, useForm } from "../forms/useForm";
import { type UnsavedGuard, useUnsaved } from "../forms/useUnsaved";
import { draftKey } from "./draftKey";
import { type AnyAction, fieldsAt } from "./erased";
import { useAttempt } from "./useAttempt";

export interface ActionFormOptions {
  action: AnyAction;
  target: unknown;
  name: string;
  /** Where leaving it leads; without it, leaving means that nothing typed counts. */
  onClose?: () => void;
}

export type ActionForm = ReturnType<typeof useActionForm>;

/** Everything an action's form does, whichever frame it stands in. */
export function useActionForm({ action, target, name, onClose }: ActionFormOptions) {
  const [against, setAgainst] = useState(target);
  const fields = useCallback((texts: Texts) => fieldsAt(action, against, texts), [action, against]);
  const form: FormState = useForm({
    draft: draftKey(action, target, name),
    fields,
    before: action.before?.(target) ?? null,
  });
  /** The thing as it is now is what the form goes on from; what was typed is gone. */
  const adopt = (present: unknown) => {
    setAgainst(present);
    form.reset(action.before?.(present));
  };
  const guard: UnsavedGuard = useUnsaved(form, onClose ?? (() => undefined));
  const { attempt, what, progress } = useAttempt({
    action,
    name,
    onDone: ({ now }) => {
      if (action.goes) guard.release();
      if (now === undefined) form.reset();
      else adopt(now);
    },
  });
  const rehearsal = useMutation({
    mutationFn: async () => action.rehearse?.run(against, form.whole()),
  });
  const failed = attempt.error ?? rehearsal.error;
  const { within } = action.rehearse ?? {};
  const problem = useMemo(() => (failed ? problemOf(failed, within) : null), [failed, within]);
  const current = problem?.status === 412 && action.onto ? problem.current : undefined;
  const send = (on: unknown, insist = false) => {
    const found = rehearsal.data?.found;
    rehearsal.reset();
    if (!form.check()) return;
    const body = action.whole ? form.whole() : form.body();
    attempt.mutate(
      { target: on, body, insist, found },
      {
        onError: (error) => {
          const theirs = toProblem(error);
          if (theirs.status !== 412 || !action.onto || !theirs.current) return;
          const next = action.onto(on, theirs.current);
          setAgainst(next);
          if (action.before) form.rebase(action.before(next));
        },
      },
    );
  };
  return {
    action,
    name,
    what,
    progress,
    form,
    guard,
    attempt,
    rehearsal,
    problem,
    /** Somebody else changed it: the next try is made against what they made of it. */
    changed: current !== undefined && current !== null,
    /** It must be rehearsed first, or there is nothing it could be done to. */
    held:
      (action.rehearse?.first === true && !rehearsal.data) ||
      (action.parts?.(target).every(({ against: why }) => why !== undefined) ?? false),
    busy: attempt.isPending || rehearsal.isPending,
    against,
    submit: () => send(against),
    insist: () => send(against, true),
    rehearse: () => {
      attempt.reset();
      if (form.check()) rehearsal.mutate();
    },
    /** Once something is typed, what a rehearsal found is of something else. */
    touched: () => {
      if (rehearsal.data) rehearsal.reset();
    },
    adopt,
    close: () => {
      // Under way it cannot be called back: who left now would not learn how it ended.
      if (attempt.isPending) return;
      if (onClose) return guard.close();
      attempt.reset();
      rehearsal.reset();
      form.reset();
    },
  };
}

/** What went wrong, by the names of the form's fields; a rehearsal may send them `within` another. */
function problemOf(failed: Error, within: string | undefined): Problem {
  const problem = toProblem(failed);
  if (!within || !problem.errors) return problem;
  const own = (field: string) =>
    field.startsWith(`${within}.`) ? field.slice(within.length + 1) : field;
  return {
    ...problem,
    errors: problem.errors.map((error) => ({ ...error, field: own(error.field) })),
  };
}
