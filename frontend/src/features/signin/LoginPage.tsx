import "../../i18n/signin";
import { Button, Form } from "@patternfly/react-core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { type FormEvent, lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import {
  listOfferedProvidersOptions,
  setupStateOptions,
} from "../../api/generated/@tanstack/react-query.gen";
import { loginRequestBody } from "../../api/generated/signInBodies.gen";
import type { SessionView } from "../../api/generated/types.gen";
import { type Problem, toProblem } from "../../api/problem";
import { fieldsOf } from "../../forms/field";
import { PlainFields } from "../../forms/PlainFields";
import { useForm } from "../../forms/useForm";
import { useSearchOf } from "../../pages/useSearchOf";
import { knowsPasskeys } from "../../session/knowsPasskeys";
import { sessionQuery, signIn, signInWith } from "../../session/session";
import { AppLink } from "../../shell/AppLink";
import { forgetOthers } from "../../shell/forgetOthers";
import { goTo } from "../../shell/navigate";
import { Notice } from "../../states/Notice";
import { ByProvider } from "./ByProvider";
import { errorsOf, Refused } from "./Refused";
import { SignInFrame } from "./SignInFrame";
import { LOGIN_SEARCH } from "./search";

const FIELDS = fieldsOf(loginRequestBody, {
  login: { label: "login.user", autoComplete: "username webauthn" },
  password: { label: "login.password", autoComplete: "current-password" },
});
const fields = () => FIELDS;
const NextStep = lazy(async () => import("./NextStep"));
const ByPasskey = lazy(async () => import("./ByPasskey"));

/** What more is asked of who gave the right password. */
const nextOf = (error: Error | null) =>
  error && toProblem(error).type.endsWith(":next-step") ? toProblem(error) : null;

/** Sign in by an identity provider or with a local account; then back to where the viewer was. */
export function LoginPage() {
  const { t } = useTranslation();
  const router = useRouter();
  const queryClient = useQueryClient();
  const search = useSearchOf(LOGIN_SEARCH);
  const form = useForm({ draft: null, fields, before: null });
  const { login = "", password = "" } = form.texts;
  const setup = useQuery({ ...setupStateOptions(), retry: true });
  const providers = useQuery({ ...listOfferedProvidersOptions(), retry: false });
  const offered = providers.data ?? [];
  const directory = offered.find(({ name, password: asks }) => asks && name === search.with);
  const next = safeNext(search.next);
  const [step, setStep] = useState<Problem | null>(null);
  const entered = (session: SessionView) => {
    queryClient.clear();
    forgetOthers(session.login);
    queryClient.setQueryData(sessionQuery.queryKey, session);
    goTo(router, next);
  };
  const attempt = useMutation({
    mutationFn: () =>
      directory ? signInWith(directory.name, login, password) : signIn(login, password),
    onSuccess: entered,
    onError: (error) => {
      setStep(nextOf(error));
      // The password is typed anew; the name may have been right.
      form.reset({ login });
    },
  });
  const alone = Boolean(directory) || offered.length === 0;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (form.check()) attempt.mutate();
  };
  // Buttons that push the form down once they are known would be in the way of who types.
  if (providers.isPending) return <SignInFrame title={t("login.title")}>{null}</SignInFrame>;
  if (step)
    return (
      <Suspense fallback={<SignInFrame title={t("login.next.title")}>{null}</SignInFrame>}>
        <NextStep
          step={step}
          login={login}
          onEntered={entered}
          onAnew={() => {
            setStep(null);
            attempt.reset();
          }}
        />
      </Suspense>
    );
  return (
    <SignInFrame
      title={directory ? t("login.by", { provider: directory.label }) : t("login.title")}
    >
      {search.ended === "1" && !attempt.isError && (
        <Notice tone="info" plain title={t("login.ended")} />
      )}
      {setup.data?.needed && (
        <Notice tone="info" title={t("login.setupNeeded")}>
          {t("login.setupHint")}
        </Notice>
      )}
      {!directory && (
        <ByProvider
          offered={offered}
          next={next}
          login={login}
          refused={search.refused}
          by={search.by}
        />
      )}
      {attempt.isError && <Refused problem={toProblem(attempt.error)} form={form} />}
      <Form noValidate onSubmit={submit}>
        <PlainFields form={form} errors={errorsOf(attempt.error)} focusFirst={alone} />
        <Button
          type="submit"
          isBlock
          variant={alone ? "primary" : "secondary"}
          isLoading={attempt.isPending}
          isDisabled={attempt.isPending}
        >
          {t("login.submit")}
        </Button>
      </Form>
      {!directory && setup.data?.passkeys && knowsPasskeys() && (
        <Suspense fallback={null}>
          <ByPasskey onEntered={entered} />
        </Suspense>
      )}
      {!directory && <AppLink href="/break-glass">{t("login.breakGlass")}</AppLink>}
      {directory && (
        <AppLink href={`/login?${new URLSearchParams({ next })}`}>{t("login.otherWay")}</AppLink>
      )}
    </SignInFrame>
  );
}

/** Only paths of the console itself are returned to after signing in. */
export function safeNext(next: unknown): string {
  const path = typeof next === "string" ? next : "/";
  return /^\/(?![/\\])/.test(path) && !path.startsWith("/login") ? path : "/";
}
