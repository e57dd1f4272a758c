import { Button, Label, LabelGroup } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import type { FieldError, Problem } from "../api/problem";
import type { CollectionInfo } from "../api/types";
import { parseFilter } from "./filters";
import { isFiltered, type TableSearch } from "./search";

export interface FilterChipsProps {
  info: CollectionInfo;
  search: TableSearch;
  problem: Problem | null;
  onChange: (search: TableSearch) => void;
}

/** What narrows the table, each with its own cross; a refused one is marked and explained. */
export function FilterChips({ info, search, problem, onChange }: FilterChipsProps) {
  const { t } = useTranslation();
  if (!isFiltered(search)) return null;
  const error = problem?.status === 422 ? problem.errors?.[0] : undefined;
  const filters = search.filter ?? [];
  return (
    <div className="cr-chips">
      <LabelGroup aria-label={t("filter.active")} numLabels={12}>
        {filters.map((filter) => (
          <Label
            key={filter}
            isCompact
            variant="outline"
            color={isCulprit(filter, error) ? "red" : "blue"}
            closeBtnAriaLabel={t("filter.remove", { filter })}
            onClose={() =>
              onChange({ ...search, filter: filters.filter((other) => other !== filter) })
            }
          >
            <span translate="no">{describeFilter(info, filter)}</span>
          </Label>
        ))}
        {search.labels && (
          <Label
            isCompact
            variant="outline"
            color={error?.field === "labels" ? "red" : "teal"}
            closeBtnAriaLabel={t("filter.remove", { filter: search.labels })}
            onClose={() => onChange({ ...search, labels: "" })}
          >
            {t("filter.labelsChip")} <span translate="no">{search.labels}</span>
          </Label>
        )}
      </LabelGroup>
      <Button
        variant="link"
        size="sm"
        onClick={() => onChange({ ...search, q: "", filter: [], labels: "" })}
      >
        {t("filter.clearAll")}
      </Button>
      {error && (
        <p className="cr-filter-error" role="alert">
          <span translate="no">{error.message}</span>
          {error.accepts && (
            <span translate="no"> ({[error.accepts].flat().slice(0, 12).join(", ")})</span>
          )}
        </p>
      )}
    </div>
  );
}

function isCulprit(filter: string, error: FieldError | undefined): boolean {
  if (!error) return false;
  const column = parseFilter(filter)?.column;
  return error.field === column || error.value === filter || filter.startsWith(error.field);
}

/** A filter in the column's own words: `Status: Running, Pending`. */
function describeFilter(info: CollectionInfo, text: string): string {
  const filter = parseFilter(text);
  if (!filter) return text;
  const label = info.columns.find((column) => column.id === filter.column)?.label ?? filter.column;
  const values = filter.values.join(", ");
  if (filter.op === "=" || filter.op === "in") return `${label}: ${values}`;
  if (filter.op === "notin") return `${label} ≠ ${values}`;
  return `${label} ${filter.op} ${values}`;
}
