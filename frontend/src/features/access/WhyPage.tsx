import "../../i18n/later";
import { Button, Form } from "@patternfly/react-core";
import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { ProblemNotice } from "../../actions/ProblemNotice";
import { explainRights, listKinds } from "../../api/generated/sdk.gen";
import type { ExplainRightsData } from "../../api/generated/types.gen";
import { toProblem } from "../../api/problem";
import { AskAccess } from "../../asking/AskAccess";
import { FormFields } from "../../forms/FormFields";
import type { Field, Texts } from "../../forms/field";
import { useForm } from "../../forms/useForm";
import { useSession } from "../../session/session";
import { PageHeader } from "../../shell/PageHeader";
import { AccessSections } from "./AccessSections";
import { Explanation } from "./Explanation";

/** May this person do that there, why, and what is missing. */
export function WhyPage() {
  const { t } = useTranslation();
  const organisation = useSession()?.organisation ?? "";
  const fields = useCallback((_: Texts) => fieldsAt(organisation), [organisation]);
  const form = useForm({ draft: null, fields, before: null });
  const asked = useMutation({
    mutationFn: async () => {
      const query = form.body() as unknown as ExplainRightsData["query"];
      return { query, told: (await explainRights({ query })).data };
    },
  });
  const problem = asked.error ? toProblem(asked.error) : null;
  const errors = problem?.errors ?? [];
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (form.check()) asked.mutate();
  };
  return (
    <AccessSections active="why">
      <section className="cr-page cr-scroll-page">
        <PageHeader title={t("access.why.title")} sentence={t("access.why.sentence")} />
        <Form noValidate className="cr-form" onSubmit={submit}>
          {problem && errors.length === 0 && <ProblemNotice problem={problem} />}
          <FormFields form={form} errors={errors} onChange={asked.reset} />
          <div className="cr-actions">
            <Button type="submit" isLoading={asked.isPending} isDisabled={asked.isPending}>
              {t("access.why.ask")}
            </Button>
          </div>
        </Form>
        {asked.data && <Explanation told={asked.data.told} />}
        {asked.data && !asked.data.told.allowed && !asked.data.query.subject && (
          <div className="cr-actions">
            <AskAccess
              kind={asked.data.query.kind}
              verb={asked.data.query.verb}
              scope={asked.data.query.scope}
            />
          </div>
        )}
      </section>
    </AccessSections>
  );
}

const KINDS = ["user", "service", "team", "group"] as const;

const fieldsAt = (organisation: string): readonly Field[] => [
  { id: "subject", input: "text", label: "access.why.subject", help: "access.why.subjectHint" },
  {
    id: "subject_kind",
    input: "choice",
    label: "access.why.subjectKind",
    initial: "user",
    options: KINDS.map((value) => ({ value, label: `access.subject.${value}` as const })),
  },
  {
    id: "kind",
    input: "choice",
    label: "access.why.kind",
    required: true,
    initial: "pod",
    options: async () =>
      (await listKinds()).data.map(({ kind, title }) => ({ value: kind, title })),
  },
  {
    id: "verb",
    input: "choice",
    label: "access.why.verb",
    required: true,
    initial: "get",
    options: async ({ kind }) =>
      ((await listKinds()).data.find((one) => one.kind === kind)?.verbs ?? []).map((value) => ({
        value,
      })),
  },
  {
    id: "scope",
    input: "text",
    label: "access.why.scope",
    help: "access.grant.scopeHint",
    required: true,
    initial: `org/${organisation}`,
  },
];
