import { Alert } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import type { Problem } from "../../api/problem";
import type { KindView, WayView } from "./api";
import type { Texts } from "./draft";
import { FieldInput } from "./FieldInput";
import { useChoices } from "./useChoices";

/** The message of a problem for one field, if it has one. */
export function errorAt(problem: Problem | null, field: string): string | undefined {
  return problem?.errors?.find((error) => error.field === field)?.message;
}

export interface ConnectionFieldsProps {
  kind: KindView;
  way: WayView;
  texts: Texts;
  stored: Readonly<Record<string, { changed: number }>>;
  problem: Problem | null;
  /** Only these fields, e.g. the secrets. */
  only?: (field: WayView["fields"][number]) => boolean;
  onText: (field: string, text: string | null) => void;
}

/** The fields of one way to connect, with what the server says at the field it is about. */
export function ConnectionFields(props: ConnectionFieldsProps) {
  const { kind, way, texts, stored, problem, onText, only = () => true } = props;
  const choices = useChoices(kind.kind, way, texts);
  return (
    <>
      <ProblemAlert problem={problem} fields={way.fields.map(({ id }) => id)} />
      {way.fields.filter(only).map((field) => (
        <FieldInput
          key={`${way.id}/${field.id}`}
          field={field}
          text={texts[field.id] === null ? undefined : texts[field.id]}
          stored={field.secret ? stored[field.id]?.changed : undefined}
          error={errorAt(problem, field.id)}
          choices={choices}
          onText={(text) => onText(field.id, text)}
        />
      ))}
    </>
  );
}

/** What is wrong with the whole, or with a field that is not shown. */
function ProblemAlert({ problem, fields }: { problem: Problem | null; fields: string[] }) {
  const { t } = useTranslation();
  if (!problem) return null;
  const atField = problem.errors?.some(({ field }) => fields.includes(field) || field === "name");
  const title = atField ? t("connections.seeFields") : (problem.detail ?? problem.title);
  return (
    <Alert
      component="p"
      variant="danger"
      variantLabel={t("alert.danger")}
      isInline
      isLiveRegion
      title={<span translate={atField ? "yes" : "no"}>{title}</span>}
    />
  );
}
