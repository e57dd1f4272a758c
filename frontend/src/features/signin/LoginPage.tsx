import { Alert, Button, Form, FormGroup, TextInput } from "@patternfly/react-core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { setupStateOptions } from "../../api/generated/@tanstack/react-query.gen";
import { toProblem } from "../../api/problem";
import { useSearchOf } from "../../pages/useSearchOf";
import { sessionQuery, signIn } from "../../session/session";
import { forgetOthers } from "../../shell/forgetOthers";
import { goTo } from "../../shell/navigate";
import { SignInFrame } from "./SignInFrame";
import { LOGIN_SEARCH } from "./search";

/** Sign in with a local account; then back to where the viewer was. */
export function LoginPage() {
  const { t } = useTranslation();
  const router = useRouter();
  const queryClient = useQueryClient();
  const search = useSearchOf(LOGIN_SEARCH);
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const setup = useQuery({ ...setupStateOptions(), retry: true });
  const attempt = useMutation({
    mutationFn: () => signIn(login, password),
    onSuccess: (session) => {
      queryClient.clear();
      forgetOthers(session.login);
      queryClient.setQueryData(sessionQuery.queryKey, session);
      goTo(router, safeNext(search.next));
    },
    onError: () => setPassword(""),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    attempt.mutate();
  };
  return (
    <SignInFrame title={t("login.title")}>
      {search.ended === "1" && !attempt.isError && (
        <Alert
          variant="info"
          variantLabel={t("alert.info")}
          isInline
          isPlain
          title={t("login.ended")}
        />
      )}
      {setup.data?.needed && (
        <Alert
          variant="info"
          variantLabel={t("alert.info")}
          isInline
          title={t("login.setupNeeded")}
        >
          {t("login.setupHint")}
        </Alert>
      )}
      {attempt.isError && (
        <Alert
          variant="danger"
          variantLabel={t("alert.danger")}
          isInline
          isLiveRegion
          title={toProblem(attempt.error).detail ?? toProblem(attempt.error).title}
        />
      )}
      <Form onSubmit={submit}>
        <FormGroup label={t("login.user")} fieldId="cr-login" isRequired>
          <TextInput
            id="cr-login"
            name="username"
            value={login}
            onChange={(_, value) => setLogin(value)}
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            isRequired
            autoFocus
          />
        </FormGroup>
        <FormGroup label={t("login.password")} fieldId="cr-password" isRequired>
          <TextInput
            id="cr-password"
            name="password"
            type="password"
            value={password}
            onChange={(_, value) => setPassword(value)}
            autoComplete="current-password"
            isRequired
          />
        </FormGroup>
        <Button type="submit" isBlock isLoading={attempt.isPending} isDisabled={attempt.isPending}>
          {t("login.submit")}
        </Button>
      </Form>
    </SignInFrame>
  );
}

/** Only paths of the console itself are returned to after signing in. */
export function safeNext(next: unknown): string {
  const path = typeof next === "string" ? next : "/";
  return /^\/(?![/\\])/.test(path) && !path.startsWith("/login") ? path : "/";
}
