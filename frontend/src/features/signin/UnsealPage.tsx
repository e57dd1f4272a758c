import "../../i18n/glass";
import { Button, Form } from "@patternfly/react-core";
import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { unsealBreakGlass } from "../../api/generated/sdk.gen";
import { unsealBody } from "../../api/generated/signInBodies.gen";
import { toProblem } from "../../api/problem";
import { fieldsOf } from "../../forms/field";
import { PlainFields } from "../../forms/PlainFields";
import { useForm } from "../../forms/useForm";
import { AppLink } from "../../shell/AppLink";
import { Notice } from "../../states/Notice";
import { errorsOf, Refused } from "./Refused";
import { SignInFrame } from "./SignInFrame";

const FIELDS = fieldsOf(unsealBody, {
  code: {
    label: "login.glass.code",
    help: "login.glass.hint",
    required: true,
    autoComplete: "off",
  },
});
const fields = () => FIELDS;

/** Whoever has the printed code opens the break-glass account for an hour. */
export function UnsealPage() {
  const { t } = useTranslation();
  const form = useForm({ draft: null, fields, before: null });
  const attempt = useMutation({
    mutationFn: async () =>
      (await unsealBreakGlass({ body: { code: form.texts.code ?? "" } })).data,
    onError: () => form.reset(),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (form.check()) attempt.mutate();
  };
  const { data } = attempt;
  return (
    <SignInFrame title={t("login.glass.title")}>
      {data ? (
        <Notice tone="success" live title={t("login.glass.open", { login: data.login })}>
          {t("login.glass.next")}
        </Notice>
      ) : (
        <>
          <p>{t("login.glass.says")}</p>
          {attempt.isError && <Refused problem={toProblem(attempt.error)} form={form} />}
          <Form noValidate onSubmit={submit}>
            <PlainFields form={form} errors={errorsOf(attempt.error)} focusFirst />
            <Button
              type="submit"
              isBlock
              isLoading={attempt.isPending}
              isDisabled={attempt.isPending}
            >
              {t("login.glass.submit")}
            </Button>
          </Form>
        </>
      )}
      <AppLink href="/login">{t(data ? "login.submit" : "login.otherWay")}</AppLink>
    </SignInFrame>
  );
}
