import "../../i18n/profile";
import { Button, Form } from "@patternfly/react-core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { continueSignIn, setUpNext } from "../../api/generated/sdk.gen";
import { nextAnswerBody } from "../../api/generated/signInBodies.gen";
import type { SessionView } from "../../api/generated/types.gen";
import { type Problem, toProblem } from "../../api/problem";
import { fieldsOf } from "../../forms/field";
import { PlainFields } from "../../forms/PlainFields";
import { useForm } from "../../forms/useForm";
import { NewSecret, RecoveryCodes } from "../../tokens/RecoveryCodes";
import { errorsOf, Refused } from "./Refused";
import { SignInFrame } from "./SignInFrame";

const FIELDS = fieldsOf(nextAnswerBody, {
  code: {
    label: "account.app.add.code",
    autoComplete: "one-time-code",
    required: true,
  },
});
const fields = () => FIELDS;

interface Props {
  step: Problem;
  login: string;
  onEntered: (session: SessionView) => void;
  onAnew: () => void;
}

/** Who has no second factor where one is asked for sets up an app, and only then is signed in. */
export default function SetUpStep({ step, login, onEntered, onAnew }: Props) {
  const { t } = useTranslation();
  const state = step.state ?? "";
  const form = useForm({ draft: null, fields, before: null });
  const [entered, setEntered] = useState<SessionView | null>(null);
  const begun = useQuery({
    queryKey: ["set-up", state],
    queryFn: async () => (await setUpNext({ body: { state } })).data,
    // Asked again it would be another secret than the one that was scanned.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  const attempt = useMutation({
    mutationFn: async () => (await continueSignIn({ body: { state, ...form.whole() } })).data,
    onSuccess: setEntered,
    onError: () => form.reset(),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (form.check()) attempt.mutate();
  };
  if (entered)
    return (
      <SignInFrame title={t("account.codes.title")}>
        <RecoveryCodes codes={entered.recovery_codes ?? []} />
        <Button isBlock onClick={() => onEntered({ ...entered, recovery_codes: [] })}>
          {t("login.next.kept")}
        </Button>
      </SignInFrame>
    );
  const failed = attempt.error ?? begun.error;
  const over = begun.isError || (attempt.isError && toProblem(attempt.error).status === 401);
  return (
    <SignInFrame title={t("account.app.add.title")}>
      <p translate="no">{step.detail}</p>
      {failed && <Refused problem={toProblem(failed)} form={form} />}
      {!over && begun.data && (
        <>
          <NewSecret begun={begun.data} />
          <Form noValidate onSubmit={submit}>
            <input type="hidden" autoComplete="username" value={login} readOnly />
            <PlainFields form={form} errors={errorsOf(attempt.error)} focusFirst />
            <Button
              type="submit"
              isBlock
              isLoading={attempt.isPending}
              isDisabled={attempt.isPending}
            >
              {t("login.next.submit")}
            </Button>
          </Form>
        </>
      )}
      <Button variant={over ? "primary" : "link"} isBlock onClick={onAnew}>
        {t("login.next.anew")}
      </Button>
    </SignInFrame>
  );
}
