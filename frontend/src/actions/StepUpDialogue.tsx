import "../i18n/signin";
import "../i18n/later";
import { Button, Form, Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import type { FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { stepUpBody } from "../api/generated/bodies.gen";
import { beginSignIn, stepUp } from "../api/generated/sdk.gen";
import { toProblem } from "../api/problem";
import { fieldsOf } from "../forms/field";
import { PlainFields } from "../forms/PlainFields";
import { useForm } from "../forms/useForm";
import type { Asked } from "../session/stepUp";
import { AppLink } from "../shell/AppLink";
import { goOutside } from "../shell/navigate";
import { ProblemNotice } from "./ProblemNotice";

const FIELDS = fieldsOf(stepUpBody, {
  password: { label: "login.password", autoComplete: "current-password" },
});
const fields = () => FIELDS;

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

/** Asks for the password once more; who has none of the console's signs in anew. */
export default function StepUpDialogue({ asked }: { asked: Asked }) {
  const { t } = useTranslation();
  const form = useForm({ draft: null, fields, before: null });
  const { password = "" } = form.texts;
  const attempt = useMutation({
    mutationFn: async () => (await stepUp({ body: { password } })).data,
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
  const byPassword = asked.problem.methods?.includes("password") ?? false;
  return (
    <Modal variant="small" isOpen onClose={cancel} aria-labelledby="cr-step-up-title">
      <ModalHeader title={t("stepUp.title")} labelId="cr-step-up-title" />
      <ModalBody>
        {problem && errors.length === 0 && <ProblemNotice problem={problem} />}
        <p>{byPassword ? t("stepUp.body") : asked.problem.detail}</p>
        {!byPassword && <p>{t("stepUp.anew")}</p>}
        {byPassword && (
          <Form id="cr-step-up" noValidate onSubmit={submit}>
            <PlainFields form={form} errors={errors} focusFirst />
          </Form>
        )}
      </ModalBody>
      <ModalFooter>
        {byPassword ? (
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
