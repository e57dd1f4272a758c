import {
  Button,
  Form,
  FormGroup,
  FormSelect,
  FormSelectOption,
  TextInput,
} from "@patternfly/react-core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { AddFilterProps } from "./AddFilter";
import { formatFilter, operatorName, operatorsFor } from "./filters";

const LABELS = "\u0000labels";

export interface FilterFormProps extends AddFilterProps {
  onDone: () => void;
}

/** A form for one filter on any declared column, or for the label selector. */
export function FilterForm({ info, labels, onAdd, onLabels, onDone }: FilterFormProps) {
  const { t } = useTranslation();
  const columns = info.columns.filter((c) => c.filterable && c.type !== "labels");
  const hasLabels = info.columns.some((column) => column.type === "labels");
  const [id, setId] = useState(columns[0]?.id ?? LABELS);
  const column = columns.find((candidate) => candidate.id === id);
  const operators = column ? operatorsFor(column) : [];
  const [chosenOp, setOp] = useState("");
  const op = operators.includes(chosenOp) ? chosenOp : (operators[0] ?? "=");
  const [value, setValue] = useState(id === LABELS ? labels : "");

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!column) onLabels(value.trim());
    else if (value.trim() !== "") onAdd(formatFilter({ column: id, op, values: [value.trim()] }));
    onDone();
  };
  return (
    <Form onSubmit={submit} isWidthLimited>
      <FormGroup label={t("filter.column")} fieldId="cr-filter-column">
        <FormSelect
          id="cr-filter-column"
          translate="no"
          value={id}
          onChange={(_, next) => {
            setId(next);
            setValue(next === LABELS ? labels : "");
          }}
        >
          {columns.map(({ id: columnId, label }) => (
            <FormSelectOption key={columnId} value={columnId} label={label} />
          ))}
          {hasLabels && <FormSelectOption value={LABELS} label={t("filter.labelSelector")} />}
        </FormSelect>
      </FormGroup>
      {column && (
        <FormGroup label={t("filter.operator")} fieldId="cr-filter-op">
          <FormSelect id="cr-filter-op" value={op} onChange={(_, next) => setOp(next)}>
            {operators.map((operator) => (
              <FormSelectOption
                key={operator}
                value={operator}
                label={t(`filter.op.${operatorName(operator)}`)}
              />
            ))}
          </FormSelect>
        </FormGroup>
      )}
      <FormGroup
        label={column ? t("filter.value") : t("filter.selector")}
        fieldId="cr-filter-value"
      >
        <TextInput
          id="cr-filter-value"
          value={value}
          placeholder={placeholder(column?.type)}
          onChange={(_, next) => setValue(next)}
          autoComplete="off"
          spellCheck={false}
        />
      </FormGroup>
      <Button type="submit" variant="primary" size="sm">
        {t("filter.apply")}
      </Button>
    </Form>
  );
}

/** Examples in the query language itself, so they are not translated. */
function placeholder(type: string | undefined): string {
  switch (type) {
    case undefined:
      return "app=web,tier!=db";
    case "time":
      return "-2h";
    case "bytes":
    case "quantity":
      return "2Gi, 500m";
    case "bool":
      return "true";
    default:
      return "";
  }
}
