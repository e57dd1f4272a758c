import { FileUpload } from "@patternfly/react-core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { FieldInputProps } from "./FieldInput";
import { inputId } from "./field";

const MAX_BYTES = 1024 * 1024;

/** Pasted, or read from a file of this computer. */
export function FileInput({ form, field, texts, name, wrong, onText }: FieldInputProps) {
  const { t } = useTranslation();
  const [file, setFile] = useState("");
  const clear = () => {
    setFile("");
    onText(field.secret ? undefined : "");
  };
  return (
    <FileUpload
      id={inputId(form, field.id)}
      type="text"
      value={texts[field.id] ?? ""}
      filename={file}
      filenamePlaceholder={t("form.dropFile")}
      filenameAriaLabel={t("form.fileOf", { field: name })}
      aria-label={name}
      browseButtonText={t("form.browse")}
      clearButtonText={t("form.clear")}
      validated={wrong ? "error" : "default"}
      allowEditingUploadedText
      spellCheck={false}
      onFileInputChange={(_, chosen) => setFile(chosen.name)}
      onDataChange={(_, data) => onText(data)}
      onTextChange={(_, data) => onText(data)}
      onClearClick={clear}
      dropzoneProps={{ maxSize: MAX_BYTES }}
    />
  );
}
