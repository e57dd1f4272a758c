import "../../i18n/later";
import { Button, Form } from "@patternfly/react-core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ProblemNotice } from "../../actions/ProblemNotice";
import { codeBody } from "../../api/generated/bodies.gen";
import { readDeviceRequest } from "../../api/generated/sdk.gen";
import { toProblem } from "../../api/problem";
import { FormFields } from "../../forms/FormFields";
import { fieldsOf } from "../../forms/field";
import { useForm } from "../../forms/useForm";
import { PageHeader } from "../../shell/PageHeader";
import { AskingDevice } from "./AskingDevice";

const FIELDS = fieldsOf(codeBody, {
  code: { label: "device.code", help: "device.codeHint", autoComplete: "off" },
});
const fields = () => FIELDS;

/** A command line asks to act as the viewer: its code, what it is, and whether it may. */
export function DevicePage() {
  const { t } = useTranslation();
  const [given] = useState(() => ({ code: codeOf(window.location.hash) }));
  const form = useForm({ draft: null, fields, before: given });
  const asked = useMutation({
    mutationFn: async (code: string) => (await readDeviceRequest({ body: { code } })).data,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (form.check()) asked.mutate(form.texts.code ?? "");
  };
  return (
    <section className="cr-page cr-scroll-page">
      <PageHeader title={t("device.title")} sentence={t("device.sentence")} />
      {asked.data ? (
        <AskingDevice asking={asked.data} />
      ) : (
        <Form noValidate className="cr-form cr-below-tabs" onSubmit={submit}>
          {asked.error && <ProblemNotice problem={toProblem(asked.error)} />}
          <FormFields form={form} errors={[]} onChange={asked.reset} />
          <div className="cr-actions">
            <Button type="submit" isLoading={asked.isPending} isDisabled={asked.isPending}>
              {t("device.look")}
            </Button>
          </div>
        </Form>
      )}
    </section>
  );
}

/** The code that the command line put behind the page's address, if it is one. */
export function codeOf(hash: string): string {
  return /^#([A-Z]{4}-[A-Z]{4})$/.exec(hash)?.[1] ?? "";
}
