import {
  Alert,
  Button,
  Form,
  FormGroup,
  FormHelperText,
  HelperText,
  HelperTextItem,
  TextInput,
} from "@patternfly/react-core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { setupStateOptions } from "../../api/generated/@tanstack/react-query.gen";
import { completeSetup } from "../../api/generated/sdk.gen";
import { toProblem } from "../../api/problem";
import { sessionQuery } from "../../session/session";
import { AppLink } from "../../shell/AppLink";
import { goInstead } from "../../shell/navigate";
import { SignInFrame } from "./SignInFrame";

interface Fields {
  login: string;
  name: string;
  password: string;
}

/** The one-time link's token; it stays in the fragment, which no server and no log sees. */
export function tokenOf(hash: string): string {
  return new URLSearchParams(hash.replace(/^#/, "")).get("token") ?? "";
}

/** The first owner of a new console. */
export function SetupPage() {
  const { t } = useTranslation();
  const router = useRouter();
  const queryClient = useQueryClient();
  const [token] = useState(() => tokenOf(window.location.hash));
  const [fields, setFields] = useState<Fields>({ login: "admin", name: "", password: "" });
  const set = (name: keyof Fields) => (_: unknown, value: string) =>
    setFields({ ...fields, [name]: value });
  const attempt = useMutation({
    mutationFn: async () => (await completeSetup({ body: { token, ...fields } })).data,
    onSuccess: (session) => {
      queryClient.clear();
      queryClient.setQueryData(sessionQuery.queryKey, session);
      goInstead(router, "/");
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    attempt.mutate();
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
        <Alert
          variant="warning"
          variantLabel={t("alert.warning")}
          isInline
          title={t("setup.noToken")}
        >
          {t("setup.noTokenHint")}
        </Alert>
      </SignInFrame>
    );
  return (
    <SignInFrame title={t("setup.title")}>
      <p>{t("setup.intro")}</p>
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
            value={fields.login}
            onChange={set("login")}
            autoComplete="username"
            autoCapitalize="none"
            isRequired
          />
        </FormGroup>
        <FormGroup label={t("setup.name")} fieldId="cr-name">
          <TextInput id="cr-name" value={fields.name} onChange={set("name")} autoComplete="name" />
        </FormGroup>
        <FormGroup label={t("login.password")} fieldId="cr-password" isRequired>
          <TextInput
            id="cr-password"
            type="password"
            value={fields.password}
            onChange={set("password")}
            autoComplete="new-password"
            aria-describedby="cr-password-hint"
            isRequired
          />
          <FormHelperText>
            <HelperText id="cr-password-hint">
              <HelperTextItem>{t("setup.passwordHint")}</HelperTextItem>
            </HelperText>
          </FormHelperText>
        </FormGroup>
        <Button type="submit" isBlock isLoading={attempt.isPending} isDisabled={attempt.isPending}>
          {t("setup.submit")}
        </Button>
      </Form>
    </SignInFrame>
  );
}
