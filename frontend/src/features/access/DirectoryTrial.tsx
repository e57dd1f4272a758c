import "../../i18n/signin";
import { Button, Form } from "@patternfly/react-core";
import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { passwordSignInBody } from "../../api/generated/bodies.gen";
import { tryDirectory } from "../../api/generated/sdk.gen";
import { toProblem } from "../../api/problem";
import { Raw } from "../../detail/Facts";
import { Section } from "../../detail/Section";
import { fieldsOf } from "../../forms/field";
import { PlainFields } from "../../forms/PlainFields";
import { useForm } from "../../forms/useForm";
import { Notice } from "../../states/Notice";
import { TrialFound } from "./TrialResult";

/** As long as the server waits for a directory. */
const TRIAL_MS = 30_000;

const FIELDS = fieldsOf(passwordSignInBody, {
  login: { label: "login.user", autoComplete: "off" },
  password: { label: "login.password", autoComplete: "off" },
});
const fields = () => FIELDS;

/** Try somebody's user name and password: what a sign-in would give, and nobody is signed in. */
export function DirectoryTrial({ name }: { name: string }) {
  const { t } = useTranslation();
  const form = useForm({ draft: null, fields, before: null });
  const { login = "", password = "" } = form.texts;
  const attempt = useMutation({
    mutationFn: async () =>
      (await tryDirectory({ path: { name }, body: { login, password }, deadline: TRIAL_MS })).data,
    onSettled: () => form.reset({ login }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (form.check()) attempt.mutate();
  };
  const problem = attempt.error ? toProblem(attempt.error) : null;
  return (
    <Section title={t("providers.trial.title")} note={t("directories.trialNote")}>
      <Form className="cr-form" noValidate onSubmit={submit} autoComplete="off">
        <PlainFields form={form} errors={problem?.errors ?? []} />
        <div className="cr-actions">
          <Button
            type="submit"
            variant="secondary"
            isLoading={attempt.isPending}
            isDisabled={attempt.isPending}
          >
            {t("providers.trial.do")}
          </Button>
        </div>
      </Form>
      {problem && <Notice tone="danger" live title={<Raw>{problem.detail ?? ""}</Raw>} />}
      {attempt.data && <TrialFound found={attempt.data} />}
    </Section>
  );
}
