import { Checkbox, FormSelect, FormSelectOption, TextInput } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import type { CustomColumn, CustomFilter } from "./customRows";

export interface CustomFilterBarProps {
  columns: readonly CustomColumn[];
  filter: CustomFilter;
  onFilter: (filter: CustomFilter) => void;
  /** Whether all columns are shown; undefined where there are no more. */
  wide: boolean | undefined;
  onWide: (wide: boolean) => void;
}

/** Which rows of the table of custom objects are shown, and how much of each. */
export function CustomFilterBar(props: CustomFilterBarProps) {
  const { columns, filter, onFilter, wide, onWide } = props;
  const { t } = useTranslation();
  return (
    <div className="cr-toolbar" role="search" aria-label={t("custom.filter")}>
      <span>
        <TextInput
          type="search"
          value={filter.text}
          aria-label={t("custom.filter")}
          placeholder={t("custom.filter")}
          onChange={(_event, text) => onFilter({ ...filter, text })}
        />
      </span>
      <span>
        <FormSelect
          value={filter.id}
          aria-label={t("custom.in")}
          onChange={(_event, id) => onFilter({ ...filter, id })}
        >
          <FormSelectOption value="" label={t("custom.any")} />
          {columns.map(({ id, name }) => (
            <FormSelectOption key={id} value={id} label={name} />
          ))}
        </FormSelect>
      </span>
      {wide !== undefined && (
        <Checkbox
          id="custom-wide"
          label={t("custom.wide")}
          isChecked={wide}
          onChange={(_event, checked) => onWide(checked)}
        />
      )}
    </div>
  );
}
