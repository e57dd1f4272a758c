import "../i18n/signin";
import "../i18n/later";
import { Button, Form, Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { askPasskeyAgain, beginSignIn, stepUp } from "../api/generated/sdk.gen";
import { toProblem } from "../api/problem";
import { concerns, type Field } from "../forms/field";
import { PlainFields } from "../forms/PlainFields";
import { useForm } from "../forms/useForm";
import { knowsPasskeys } from "../session/knowsPasskeys";
import { answerOf } from "../session/passkeys";
import type { Asked } from "../session/stepUp";
import { AppLink } from "../shell/AppLink";
import { goOutside } from "../shell/navigate";
import { ProblemNotice } from "./ProblemNotice";

/** Written out: what every page's forms may hold is not loaded for one field. */
const BY_PASSWORD: readonly Field[] = [
  {
    id: "password",
    input: "text",
    label: "login.password",
    autoComplete: "current-password",
    secret: true,
    required: true,
  },
];
const BY_CODE: readonly Field[] = [
  {
    id: "code",
    input: "text",
    label: "login.next.code",
    help: "login.next.codeHint",
    autoComplete: "one-time-code",
    required: true,
  },
];
/** Of who has no app. */
const BY_RECOVERY: readonly Field[] = [
  {
    id: "code",
    input: "text",
    label: "login.next.recovery",
    help: "login.next.recoveryHint",
    required: true,
  },
];

/** As long as the server waits for a provider. */
const PROVIDER_MS = 15_000;

/** Leaves for the provider, which asks who is there, and comes back to this page. */
function SignInAgain({ provider, cancel }: { provider: string; cancel: () => void }) {
  const { t } = useTranslation();
  const router = useRouter();
  const attempt = useMutation({
    mutationFn: async () => {
      const body = { next: router.state.location.href, fresh: true };
      const { data } = await beginSignIn({ path: { provider }, body, deadline: PROVIDER_MS });
      goOutside(data.url);
    },
  });
  if (!provider)
    return (
      <AppLink href="/login" className="pf-v6-c-button pf-m-primary" onClick={cancel}>
        {t("stepUp.signIn")}
      </AppLink>
    );
  const busy = attempt.isPending || attempt.isSuccess;
  return (
    <>
      {attempt.isError && <ProblemNotice problem={toProblem(attempt.error)} />}
      <Button isLoading={busy} isDisabled={busy} onClick={() => attempt.mutate()}>
        {t("stepUp.by", { provider })}
      </Button>
    </>
  );
}

/**
 * Asks for the password once more, or for a second factor where there is one; who has neither here
 * signs in anew.
 */
export default function StepUpDialogue({ asked }: { asked: Asked }) {
  const { t } = useTranslation();
  const methods = asked.problem.methods ?? [];
  const byFactor = methods.includes("totp") || methods.includes("passkey");
  const byPasskey = methods.includes("passkey") && knowsPasskeys();
  const here = byFactor || methods.includes("password");
  const [fields] = useState(() => () => fieldsFor(methods));
  const form = useForm({ draft: null, fields, before: null });
  const attempt = useMutation({
    mutationFn: async (passkey: boolean) => {
      const answer = passkey
        ? { credential: await answerOf((await askPasskeyAgain()).data.options) }
        : form.whole();
      return (await stepUp({ body: answer })).data;
    },
    onSuccess: () => asked.answer(true),
    onError: () => form.reset(),
  });
  const problem = attempt.error ? toProblem(attempt.error) : null;
  const errors = problem?.errors ?? [];
  const atFields = errors.some(({ field }) => form.fields.some(({ id }) => concerns(field, id)));
  const cancel = () => asked.answer(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (form.check()) attempt.mutate(false);
  };
  return (
    <Modal variant="small" isOpen onClose={cancel} aria-labelledby="cr-step-up-title">
      <ModalHeader title={t("stepUp.title")} labelId="cr-step-up-title" />
      <ModalBody>
        {problem && !atFields && <ProblemNotice problem={problem} />}
        {here ? (
          <Form id="cr-step-up" noValidate onSubmit={submit}>
            <p>{t(byFactor ? "stepUp.byFactor" : "stepUp.body")}</p>
            {byPasskey && (
              <Button
                isBlock
                autoFocus
                isLoading={attempt.isPending}
                isDisabled={attempt.isPending}
                onClick={() => attempt.mutate(true)}
              >
                {t("login.passkey.use")}
              </Button>
            )}
            <PlainFields form={form} errors={errors} focusFirst={!byPasskey} />
          </Form>
        ) : (
          <>
            <p>{asked.problem.detail}</p>
            <p>{t("stepUp.anew")}</p>
          </>
        )}
      </ModalBody>
      <ModalFooter>
        {here ? (
          <Button
            type="submit"
            form="cr-step-up"
            variant={byPasskey ? "secondary" : "primary"}
            isLoading={attempt.isPending}
            isDisabled={attempt.isPending}
          >
            {t("stepUp.do")}
          </Button>
        ) : (
          <SignInAgain provider={asked.problem.provider ?? ""} cancel={cancel} />
        )}
        <Button variant="link" onClick={cancel}>
          {t("action.cancel")}
        </Button>
      </ModalFooter>
    </Modal>
  );
}

function fieldsFor(methods: readonly string[]): readonly Field[] {
  if (methods.includes("totp")) return BY_CODE;
  return methods.includes("passkey") ? BY_RECOVERY : BY_PASSWORD;
}
