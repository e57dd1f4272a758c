import { Button, Form } from "@patternfly/react-core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { askPasskeyNext, continueSignIn } from "../../api/generated/sdk.gen";
import { nextAnswerBody } from "../../api/generated/signInBodies.gen";
import type { SessionView } from "../../api/generated/types.gen";
import { type Problem, toProblem } from "../../api/problem";
import { type Field, fieldsOf } from "../../forms/field";
import { PlainFields } from "../../forms/PlainFields";
import { useForm } from "../../forms/useForm";
import { knowsPasskeys } from "../../session/knowsPasskeys";
import { answerOf } from "../../session/passkeys";
import { errorsOf, Refused } from "./Refused";
import { SignInFrame } from "./SignInFrame";

const SetUpStep = lazy(async () => import("./SetUpStep"));

/** What each step asks for. */
const ASKED: Readonly<Record<string, readonly Field[]>> = {
  "second-factor": fieldsOf(nextAnswerBody, {
    code: {
      label: "login.next.code",
      help: "login.next.codeHint",
      autoComplete: "one-time-code",
      required: true,
    },
  }),
  // Of who has no app.
  recovery: fieldsOf(nextAnswerBody, {
    code: { label: "login.next.recovery", help: "login.next.recoveryHint", required: true },
  }),
  "new-password": fieldsOf(nextAnswerBody, {
    password: {
      label: "login.next.newPassword",
      help: "login.next.newHint",
      autoComplete: "new-password",
      required: true,
    },
  }),
};

/** A sign-in that takes more than a password, step by step. */
export default function NextStep({ step: first, ...rest }: Props) {
  const [step, setStep] = useState(first);
  if (step.step === "set-up-factor")
    return (
      <Suspense fallback={null}>
        <SetUpStep step={step} {...rest} />
      </Suspense>
    );
  return <OneStep key={step.state} step={step} onNext={setStep} {...rest} />;
}

interface Props {
  /** What the server answered to the password. */
  step: Problem;
  login: string;
  onEntered: (session: SessionView) => void;
  onAnew: () => void;
}

function OneStep({ step, login, onEntered, onAnew, onNext }: StepProps) {
  const { t } = useTranslation();
  const { methods } = step;
  const asked = step.step ?? "";
  const state = step.state ?? "";
  const byPasskey = methods?.includes("passkey") === true && knowsPasskeys();
  const byApp = !methods || methods.includes("totp") || asked !== "second-factor";
  const [fields] = useState(() => () => ASKED[byApp ? asked : "recovery"] ?? []);
  const form = useForm({ draft: null, fields, before: null });
  const attempt = useMutation({
    mutationFn: async (passkey: boolean) => {
      const answer = passkey
        ? { credential: await answerOf((await askPasskeyNext({ body: { state } })).data.options) }
        : form.whole();
      return (await continueSignIn({ body: { state, ...answer } })).data;
    },
    onSuccess: onEntered,
    onError: (error) => {
      const problem = toProblem(error);
      if (problem.type.endsWith(":next-step")) onNext(problem);
      form.reset();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (form.check()) attempt.mutate(false);
  };
  const over = attempt.isError && toProblem(attempt.error).status === 401;
  return (
    <SignInFrame title={t("login.next.title")}>
      <p translate="no">{step.detail}</p>
      {attempt.isError && <Refused problem={toProblem(attempt.error)} form={form} />}
      {!over && byPasskey && (
        <Button
          isBlock
          isLoading={attempt.isPending}
          isDisabled={attempt.isPending}
          onClick={() => attempt.mutate(true)}
        >
          {t("login.passkey.use")}
        </Button>
      )}
      {!over && (
        <Form noValidate onSubmit={submit}>
          <input type="hidden" autoComplete="username" value={login} readOnly />
          <PlainFields form={form} errors={errorsOf(attempt.error)} focusFirst={!byPasskey} />
          <Button
            type="submit"
            isBlock
            variant={byPasskey ? "secondary" : "primary"}
            isLoading={attempt.isPending}
            isDisabled={attempt.isPending}
          >
            {t("login.next.submit")}
          </Button>
        </Form>
      )}
      <Button variant={over ? "primary" : "link"} isBlock onClick={onAnew}>
        {t("login.next.anew")}
      </Button>
    </SignInFrame>
  );
}

interface StepProps extends Props {
  onNext: (step: Problem) => void;
}
