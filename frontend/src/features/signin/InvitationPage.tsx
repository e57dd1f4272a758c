import "../../i18n/signin";
import "../../i18n/invited";
import { Button, Form } from "@patternfly/react-core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { type FormEvent, lazy, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { acceptInvitation, showInvitation } from "../../api/generated/sdk.gen";
import { invitationAcceptanceBody } from "../../api/generated/signInBodies.gen";
import type { InvitationShown, SessionView } from "../../api/generated/types.gen";
import { type Problem, toProblem } from "../../api/problem";
import { scopeWords } from "../../format/scope";
import { formatExact } from "../../format/time";
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

const AccountMade = lazy(async () => import("./AccountMade"));
const NextStep = lazy(async () => import("./NextStep"));

const FIELDS = fieldsOf(invitationAcceptanceBody, {
  name: { label: "setup.name", autoComplete: "name", required: false },
  password: { label: "login.password", help: "invited.passwordHint", autoComplete: "new-password" },
});

/** Somebody who was invited makes an account of their own. */
export function InvitationPage() {
  const { t } = useTranslation();
  const router = useRouter();
  const token = useLinkToken();
  const { data, error } = useQuery({
    queryKey: ["invitation", token],
    queryFn: async () => (await showInvitation({ body: { token } })).data,
    enabled: token !== "",
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const [step, setStep] = useState<Problem | null>(null);
  const [made, setMade] = useState<SessionView | null>(null);
  const entered = useEntered();
  if (made)
    return (
      <Suspense fallback={<SignInFrame title={t("invited.made")}>{null}</SignInFrame>}>
        <AccountMade login={made.login} onGo={(href) => entered(made, href)} />
      </Suspense>
    );
  if (step && data)
    return (
      <Suspense fallback={<SignInFrame title={t("login.next.title")}>{null}</SignInFrame>}>
        <NextStep
          step={step}
          login={data.login}
          onEntered={(session) => entered(session)}
          onAnew={() => goInstead(router, "/login")}
        />
      </Suspense>
    );
  if (!token)
    return (
      <SignInFrame title={t("invited.none")}>
        <Notice tone="warning" title={t("invited.noToken")}>
          {t("invited.noTokenHint")}
        </Notice>
        <SignInInstead />
      </SignInFrame>
    );
  if (error)
    return (
      <SignInFrame title={t("invited.none")}>
        <Notice tone="danger" title={<span translate="no">{toProblem(error).detail}</span>} />
        <SignInInstead />
      </SignInFrame>
    );
  // Nothing is promised before it is known to hold.
  if (!data) return <SignInFrame title={t("invited.asking")}>{null}</SignInFrame>;
  return (
    <SignInFrame title={t("invited.title")}>
      <Invited key={token} token={token} shown={data} onMade={setMade} onStep={setStep} />
    </SignInFrame>
  );
}

function SignInInstead() {
  const { t } = useTranslation();
  return (
    <p>
      <AppLink href="/login">{t("login.submit")}</AppLink>
    </p>
  );
}

/**
 * What the link holds. It comes in the fragment, which no server and no log sees, and leaves the
 * address bar at once: neither a picture of the screen nor the browser's history has it.
 */
function useLinkToken(): string {
  const [token, setToken] = useState(() => tokenOf(window.location.hash));
  useEffect(() => {
    const take = () => {
      const found = tokenOf(window.location.hash);
      if (!found) return;
      setToken(found);
      window.history.replaceState(window.history.state, "", window.location.pathname);
    };
    take();
    window.addEventListener("hashchange", take);
    return () => window.removeEventListener("hashchange", take);
  }, []);
  return token;
}

/** Goes on as who has just signed in: nothing of what was there before is theirs. */
function useEntered() {
  const router = useRouter();
  const queryClient = useQueryClient();
  return (session: SessionView, href = "/") => {
    queryClient.clear();
    queryClient.setQueryData(sessionQuery.queryKey, session);
    goInstead(router, href);
  };
}

interface InvitedProps {
  token: string;
  shown: InvitationShown;
  onMade: (session: SessionView) => void;
  /** The account is made, and a second factor is asked for before its session. */
  onStep: (step: Problem) => void;
}

function Invited({ token, shown, onMade, onStep }: InvitedProps) {
  const { t } = useTranslation();
  const [fields] = useState(
    () => () =>
      FIELDS.map((field) => (field.id === "name" ? { ...field, initial: shown.name } : field)),
  );
  const form = useForm({ draft: null, fields, before: null });
  const attempt = useMutation({
    mutationFn: async () => {
      const { name = "", password = "" } = form.texts;
      return (await acceptInvitation({ body: { token, name, password } })).data;
    },
    onSuccess: onMade,
    onError: (error) => {
      const problem = toProblem(error);
      if (problem.type.endsWith(":next-step")) onStep(problem);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (form.check()) attempt.mutate();
  };
  return (
    <>
      <p>{t("invited.by", { by: shown.invited_by, organisation: shown.organisation })}</p>
      <Given shown={shown} />
      {attempt.isError && <Refused problem={toProblem(attempt.error)} form={form} />}
      <Form noValidate onSubmit={submit}>
        {/* For a keeper of passwords: it says whose password this becomes. */}
        <input type="text" autoComplete="username" value={shown.login} readOnly hidden />
        <PlainFields form={form} errors={errorsOf(attempt.error)} />
        <Button type="submit" isBlock isLoading={attempt.isPending} isDisabled={attempt.isPending}>
          {t("invited.submit")}
        </Button>
      </Form>
    </>
  );
}

/** What the person gets, before they take it. */
function Given({ shown: { login, roles, teams, expires } }: { shown: InvitationShown }) {
  const { t } = useTranslation();
  return (
    <dl className="cr-invited">
      <dt>{t("invited.login")}</dt>
      <dd translate="no">{login}</dd>
      <dt>{t("invited.roles")}</dt>
      {roles.length === 0 && <dd>{t("invited.noRoles")}</dd>}
      {roles.map(({ title, scope }) => (
        <dd key={`${title} ${scope}`} translate="no">
          {t("invited.at", { role: title, place: scopeWords(scope, t) })}
        </dd>
      ))}
      {teams.length > 0 && <dt>{t("invited.teams")}</dt>}
      {teams.map((team) => (
        <dd key={team} translate="no">
          {team}
        </dd>
      ))}
      <dt>{t("invited.ends")}</dt>
      <dd>{formatExact(expires)}</dd>
    </dl>
  );
}
