import "../../i18n/signin";
import { Button, Form } from "@patternfly/react-core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { setupStateOptions } from "../../api/generated/@tanstack/react-query.gen";
import { completeSetup } from "../../api/generated/sdk.gen";
import { setupRequestBody } from "../../api/generated/signInBodies.gen";
import { toProblem } from "../../api/problem";
import { fieldsOf } from "../../forms/field";
import { PlainFields } from "../../forms/PlainFields";
import { useForm } from "../../forms/useForm";
import { sessionQuery } from "../../session/session";
import { AppLink } from "../../shell/AppLink";
import { goInstead } from "../../shell/navigate";
import { Notice } from "../../states/Notice";
import { errorsOf, Refused } from "./Refused";
import { SignInFrame } from "./SignInFrame";
import { tokenOf } from "./tokenOf";

const FIELDS = fieldsOf(setupRequestBody, {
  login: { label: "login.user", autoComplete: "username", initial: "admin" },
  name: { label: "setup.name", autoComplete: "name", required: false },
  password: { label: "login.password", help: "setup.passwordHint", autoComplete: "new-password" },
});
const fields = () => FIELDS;

/** The first owner of a new console. */
export function SetupPage() {
  const { t } = useTranslation();
  const router = useRouter();
  const queryClient = useQueryClient();
  const [token] = useState(() => tokenOf(window.location.hash));
  const form = useForm({ draft: null, fields, before: null });
  const attempt = useMutation({
    mutationFn: async () => {
      const { login = "", name = "", password = "" } = form.texts;
      return (await completeSetup({ body: { token, login, name, password } })).data;
    },
    onSuccess: (session) => {
      queryClient.clear();
      queryClient.setQueryData(sessionQuery.queryKey, session);
      goInstead(router, "/start");
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (form.check()) attempt.mutate();
  };
  const state = useQuery({ ...setupStateOptions(), retry: false });
  // A form that is taken away again as soon as the answer comes would mislead.
  if (state.isPending) return <SignInFrame title={t("setup.title")}>{null}</SignInFrame>;
  if (state.data?.needed === false)
    return (
      <SignInFrame title={t("setup.title")}>
        <p>
          {t("setup.isDone")} <AppLink href="/login">{t("login.submit")}</AppLink>
        </p>
      </SignInFrame>
    );
  if (!token)
    return (
      <SignInFrame title={t("setup.title")}>
        <Notice tone="warning" title={t("setup.noToken")}>
          {t("setup.noTokenHint")}
        </Notice>
      </SignInFrame>
    );
  return (
    <SignInFrame title={t("setup.title")}>
      <p>{t("setup.intro")}</p>
      {attempt.isError && <Refused problem={toProblem(attempt.error)} form={form} />}
      <Form noValidate onSubmit={submit}>
        <PlainFields form={form} errors={errorsOf(attempt.error)} />
        <Button type="submit" isBlock isLoading={attempt.isPending} isDisabled={attempt.isPending}>
          {t("setup.submit")}
        </Button>
      </Form>
    </SignInFrame>
  );
}
