import {
  Button,
  FileUpload,
  FormGroup,
  FormHelperText,
  FormSelect,
  FormSelectOption,
  HelperText,
  HelperTextItem,
  TextArea,
  TextInput,
} from "@patternfly/react-core";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Age } from "../../format/Age";
import type { FieldView } from "./api";
import type { Choices } from "./useChoices";

export interface FieldInputProps {
  field: FieldView;
  text: string | null | undefined;
  /** When a secret was stored, Unix seconds. */
  stored: number | undefined;
  error: string | undefined;
  choices: Choices;
  onText: (text: string | null) => void;
}

/** One field of a connection: its input, what it means, and what the server says is wrong. */
export function FieldInput(props: FieldInputProps) {
  const { field, error, stored, text } = props;
  const keeps = stored !== undefined && text === undefined;
  return (
    <FormGroup
      label={<span translate="no">{field.title}</span>}
      fieldId={`cr-field-${field.id}`}
      isRequired={field.required && !keeps}
      data-field={field.id}
    >
      <Input {...props} />
      {stored !== undefined && field.secret && <Stored {...props} stored={stored} />}
      {(error || field.help) && (
        <FormHelperText>
          <HelperText>
            {error && (
              <HelperTextItem variant="error" translate="no">
                {error}
              </HelperTextItem>
            )}
            {field.help && <HelperTextItem translate="no">{field.help}</HelperTextItem>}
          </HelperText>
        </FormHelperText>
      )}
    </FormGroup>
  );
}

function Input(props: FieldInputProps): ReactNode {
  const { field, error, text, onText } = props;
  const common = {
    id: `cr-field-${field.id}`,
    value: text ?? "",
    validated: error ? ("error" as const) : ("default" as const),
    isRequired: field.required,
  };
  if (field.input === "pem" || field.input === "file") return <TextOrFile {...props} />;
  if (field.input === "choice" && props.choices.length > 0) return <Choice {...props} />;
  if (field.input === "urls")
    return (
      <TextArea
        {...common}
        rows={3}
        placeholder={field.placeholder}
        spellCheck={false}
        onChange={(_, value) => onText(value)}
      />
    );
  return (
    <TextInput
      {...common}
      type={field.input === "password" ? "password" : "text"}
      autoComplete={field.input === "password" ? "new-password" : "off"}
      placeholder={field.placeholder}
      spellCheck={false}
      onChange={(_, value) => onText(value)}
    />
  );
}

/** Pasted, or read from a file of this computer. */
function TextOrFile({ field, text, error, onText }: FieldInputProps) {
  const { t } = useTranslation();
  const [file, setFile] = useState("");
  const clear = () => {
    setFile("");
    onText(field.secret ? null : "");
  };
  return (
    <FileUpload
      id={`cr-field-${field.id}`}
      type="text"
      value={text ?? ""}
      filename={file}
      filenamePlaceholder={t("connections.dropFile")}
      filenameAriaLabel={t("connections.fileOf", { field: field.title })}
      aria-label={field.title}
      browseButtonText={t("connections.browse")}
      clearButtonText={t("connections.clear")}
      validated={error ? "error" : "default"}
      allowEditingUploadedText
      spellCheck={false}
      onFileInputChange={(_, chosen) => setFile(chosen.name)}
      onDataChange={(_, data) => onText(data)}
      onTextChange={(_, data) => onText(data)}
      onClearClick={clear}
      dropzoneProps={{ maxSize: 1024 * 1024 }}
    />
  );
}

function Choice({ field, text, choices, onText }: FieldInputProps) {
  const { t } = useTranslation();
  return (
    <FormSelect
      id={`cr-field-${field.id}`}
      value={text ?? ""}
      onChange={(_, value) => onText(value)}
    >
      <FormSelectOption value="" label={t("connections.default")} />
      {choices.map(({ value, against }) => (
        <FormSelectOption
          key={value}
          value={value}
          label={against ? `${value}: ${against}` : value}
          isDisabled={against !== ""}
        />
      ))}
    </FormSelect>
  );
}

/** A stored secret is never shown: it stays, is replaced by typing, or is taken away. */
function Stored({ field, text, stored, onText }: FieldInputProps & { stored: number }) {
  const { t } = useTranslation();
  const words = text === undefined || text === null ? "stays" : text === "" ? "goes" : "isReplaced";
  return (
    <p className="cr-secret-note" data-secret={words}>
      {t(`connections.secret.${words}`)} {t("connections.secret.since")} <Age at={stored} />
      {text !== undefined && text !== null ? (
        <Button variant="link" isInline onClick={() => onText(null)}>
          {t("connections.secret.keep")}
        </Button>
      ) : (
        !field.required && (
          <Button variant="link" isInline onClick={() => onText("")}>
            {t("connections.secret.remove")}
          </Button>
        )
      )}
    </p>
  );
}
