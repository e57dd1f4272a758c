import { FileUpload, TextArea } from "@patternfly/react-core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { FieldInputProps } from "./FieldFrame";
import { inputId } from "./field";

const MAX_BYTES = 1024 * 1024;

/** Pasted, or read from a file of this computer. */
export function FileInput({ form, field, texts, name, wrong, told, onText }: FieldInputProps) {
  const { t } = useTranslation();
  const [file, setFile] = useState("");
  const clear = () => {
    setFile("");
    onText(field.secret ? undefined : "");
  };
  return (
    <FileUpload
      id={`${inputId(form, field.id)}-file`}
      type="text"
      value={texts[field.id] ?? ""}
      filename={file}
      filenamePlaceholder={t("form.dropFile")}
      filenameAriaLabel={t("form.fileOf", { field: name })}
      browseButtonText={t("form.browse")}
      clearButtonText={t("form.clear")}
      hideDefaultPreview
      onFileInputChange={(_, chosen) => setFile(chosen.name)}
      onDataChange={(_, data) => onText(data)}
      onClearClick={clear}
      dropzoneProps={{ maxSize: MAX_BYTES }}
    >
      {/* Its own preview takes no description, and so could not say what is wrong with it. */}
      <div className="pf-v6-c-file-upload__file-details">
        <TextArea
          id={inputId(form, field.id)}
          aria-label={name}
          aria-describedby={told}
          value={texts[field.id] ?? ""}
          validated={wrong ? "error" : "default"}
          resizeOrientation="vertical"
          spellCheck={false}
          onChange={(_, data) => onText(data)}
        />
      </div>
    </FileUpload>
  );
}
