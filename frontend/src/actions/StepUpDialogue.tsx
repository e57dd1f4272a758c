import "../i18n/signin";
import "../i18n/later";
import { Button, Form, Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { beginSignIn, stepUp } from "../api/generated/sdk.gen";
import { toProblem } from "../api/problem";
import type { Field } from "../forms/field";
import { PlainFields } from "../forms/PlainFields";
import { useForm } from "../forms/useForm";
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
  const byCode = methods.includes("totp");
  const here = byCode || methods.includes("password");
  const [fields] = useState(() => () => (byCode ? BY_CODE : BY_PASSWORD));
  const form = useForm({ draft: null, fields, before: null });
  const attempt = useMutation({
    mutationFn: async () => (await stepUp({ body: form.whole() })).data,
    onSuccess: () => asked.answer(true),
    onError: () => form.reset(),
  });
  const problem = attempt.error ? toProblem(attempt.error) : null;
  const errors = problem?.errors ?? [];
  const cancel = () => asked.answer(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (form.check()) attempt.mutate();
  };
  return (
    <Modal variant="small" isOpen onClose={cancel} aria-labelledby="cr-step-up-title">
      <ModalHeader title={t("stepUp.title")} labelId="cr-step-up-title" />
      <ModalBody>
        {problem && errors.length === 0 && <ProblemNotice problem={problem} />}
        <p>{here ? t(byCode ? "stepUp.byCode" : "stepUp.body") : asked.problem.detail}</p>
        {!here && <p>{t("stepUp.anew")}</p>}
        {here && (
          <Form id="cr-step-up" noValidate onSubmit={submit}>
            <PlainFields form={form} errors={errors} focusFirst />
          </Form>
        )}
      </ModalBody>
      <ModalFooter>
        {here ? (
          <Button
            type="submit"
            form="cr-step-up"
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
