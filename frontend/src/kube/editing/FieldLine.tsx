import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { entryAt, scan, wordsOf } from "./scan";
import { typeOf } from "./schema";
import type { FieldsIn } from "./useFields";

export interface FieldLineProps {
  text: string;
  line: number;
  fields: FieldsIn;
  /** Who set a field, by its path. */
  owners?: Readonly<Record<string, readonly string[]>>;
}

const SENTENCE = /^[\s\S]*?[.!?](?=\s|$)/;

/** The field the cursor is in: its path, its type, what it is for, and who set it. */
export function FieldLine({ text, line, fields, owners = {} }: FieldLineProps) {
  const { t } = useTranslation();
  const field = useMemo(() => {
    const scanned = scan(text, line);
    const entry = entryAt(scanned, line);
    if (!entry) return null;
    const schema = fields(text)(line)?.at(entry.path);
    return { path: wordsOf(entry.path, scan(text)), schema };
  }, [text, line, fields]);
  if (!field) return <p className="cr-field-line cr-muted">{t("editing.noField")}</p>;
  const { path, schema } = field;
  const description = schema?.description ?? "";
  // A key may be called as what every object has.
  const own = Object.hasOwn(owners, path) ? (owners[path] ?? []) : [];
  return (
    <p className="cr-field-line">
      <code translate="no">{path}</code>
      {schema && <span className="cr-muted"> {typeOf(schema)}</span>}{" "}
      {own.length > 0 && <strong>{t("editing.setBy", { who: own.join(", ") })} </strong>}
      <span translate="no" title={description}>
        {SENTENCE.exec(description)?.[0] ?? description}
      </span>
    </p>
  );
}
