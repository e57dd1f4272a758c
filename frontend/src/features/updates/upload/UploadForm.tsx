import { ActionGroup, Button, Form } from "@patternfly/react-core";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ProblemNotice } from "../../../actions/ProblemNotice";
import { newUploadBody } from "../../../api/generated/bodies.gen";
import { beginUpload } from "../../../api/generated/sdk.gen";
import type { NewUpload, UploadView } from "../../../api/generated/types.gen";
import { toProblem } from "../../../api/problem";
import { formatBytes } from "../../../format/numbers";
import { FormFields } from "../../../forms/FormFields";
import { type Field, fieldsOf } from "../../../forms/field";
import { useForm } from "../../../forms/useForm";
import { useUnsaved } from "../../../forms/useUnsaved";
import { sha256Of } from "./hash";

export interface UploadFormProps {
  file: File;
  /** The upload is announced: its bytes can be sent. */
  onBegun: (upload: UploadView, file: File) => void;
  onClose: () => void;
}

/** Under which name and as what a file is hosted; it is read once before it is announced. */
export function UploadForm({ file, onBegun, onClose }: UploadFormProps) {
  const { t } = useTranslation();
  const [fields] = useState(() => () => fieldsFor(file));
  const form = useForm({ draft: `upload.${file.name}`, fields, before: null });
  const [read, setRead] = useState(0);
  const stop = useRef(new AbortController());
  const begin = useMutation({
    mutationFn: async () => {
      const sha256 = await sha256Of(file, setRead, stop.current.signal);
      const body = { ...form.whole(), size: file.size, sha256 } as NewUpload;
      return (await beginUpload({ body })).data;
    },
    onSuccess: (upload) => {
      form.reset();
      guard.release();
      onBegun(upload, file);
    },
  });
  const leave = () => {
    stop.current.abort();
    onClose();
  };
  const guard = useUnsaved(form, leave);
  useEffect(() => {
    const { current } = stop;
    return () => current.abort();
  }, []);
  const problem = begin.error && toProblem(begin.error);
  return (
    <Form
      className="cr-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (form.check()) begin.mutate();
      }}
    >
      <p>
        <span translate="no">{file.name}</span>, {formatBytes(file.size)}
      </p>
      {problem && (
        <ProblemNotice
          problem={
            begin.error instanceof DOMException
              ? { ...problem, detail: t("updates.upload.unreadable") }
              : problem
          }
        />
      )}
      <FormFields form={form} errors={problem?.errors ?? []} />
      {begin.isPending && (
        <progress
          className="cr-progress"
          aria-label={t("updates.upload.stage.reading")}
          max={Math.max(1, file.size)}
          value={read}
        />
      )}
      <ActionGroup>
        <Button type="submit" isLoading={begin.isPending} isDisabled={begin.isPending}>
          {t("updates.upload.do")}
        </Button>
        <Button variant="link" onClick={guard.close}>
          {t("action.cancel")}
        </Button>
      </ActionGroup>
      {guard.question}
    </Form>
  );
}

function fieldsFor(file: File): readonly Field[] {
  return fieldsOf(newUploadBody, {
    name: {
      label: "updates.field.filename",
      help: "updates.upload.nameHelp",
      initial: hostable(file.name),
    },
    format: {
      label: "updates.upload.format",
      input: "radio",
      options: [
        { value: "update", label: "updates.upload.update" },
        { value: "raw", label: "updates.upload.raw" },
      ],
    },
  });
}

/** The name of a file with what an address cannot hold replaced. */
export const hostable = (name: string) =>
  name.replace(/[^A-Za-z0-9._+-]+/g, "-").replace(/^[^A-Za-z0-9]+/, "");
