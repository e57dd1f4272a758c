import { Button } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import { Age } from "../format/Age";
import type { FormFieldProps } from "./FieldFrame";

/** A stored secret is never shown: it stays, is replaced by typing, or is taken away. */
export function StoredSecret({
  field,
  texts,
  stored,
  onText,
}: FormFieldProps & { stored: number }) {
  const { t } = useTranslation();
  const text = texts[field.id];
  const words = text === undefined ? "stays" : text === "" ? "goes" : "isReplaced";
  return (
    <p className="cr-secret-note" data-secret={words}>
      {t(`form.secret.${words}`)} {t("form.secret.since")} <Age at={stored} />
      {text !== undefined ? (
        <Button variant="link" isInline onClick={() => onText(undefined)}>
          {t("form.secret.keep")}
        </Button>
      ) : (
        !field.required && (
          <Button variant="link" isInline onClick={() => onText("")}>
            {t("form.secret.remove")}
          </Button>
        )
      )}
    </p>
  );
}
