import { Button } from "@patternfly/react-core";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { CollectionInfo, Type as ColumnType } from "../api/generated/types.gen";
import type { FieldError, Problem } from "../api/problem";
import { formatClock } from "../format/time";
import { Tag } from "../overlay/Tag";
import { operatorName, parseFilter } from "./filters";
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
  const error = problem?.status === 422 ? problem.errors?.[0] : undefined;
  // The search has its own cross in its own field.
  if (!isFiltered({ ...search, q: "" }) && !error) return null;
  const filters = search.filter ?? [];
  return (
    <div className="cr-chips">
      <ul className="cr-chip-list" aria-label={t("filter.active")}>
        {filters.map((filter) => (
          <li key={filter}>
            <Tag
              color={isCulprit(filter, error) ? "red" : "blue"}
              close={{
                label: t("filter.remove", { filter }),
                onClick: () =>
                  onChange({ ...search, filter: filters.filter((other) => other !== filter) }),
              }}
            >
              <FilterWords info={info} text={filter} />
            </Tag>
          </li>
        ))}
        {search.labels && (
          <li>
            <Tag
              color={error?.field === "labels" ? "red" : "teal"}
              close={{
                label: t("filter.remove", { filter: search.labels }),
                onClick: () => onChange({ ...search, labels: "" }),
              }}
            >
              {t("filter.labelsChip")} <span translate="no">{search.labels}</span>
            </Tag>
          </li>
        )}
      </ul>
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

/** A filter in words: `Status: Running, Pending`, `Folder begins with /config/`. */
function FilterWords({ info, text }: { info: CollectionInfo; text: string }) {
  const { t } = useTranslation();
  const filter = parseFilter(text);
  if (!filter) return <span translate="no">{text}</span>;
  const column = info.columns.find(({ id }) => id === filter.column);
  const label = column?.label ?? filter.column;
  const values = filter.values.map((value) => valueWords(value, column?.type, t)).join(", ");
  const plain = filter.op === "=" || filter.op === "in";
  return (
    <>
      <span translate="no">{plain ? `${label}:` : label}</span>{" "}
      {!plain && t(`filter.op.${operatorName(filter.op)}`)} <span translate="no">{values}</span>
    </>
  );
}

function valueWords(value: string, type: ColumnType | undefined, t: TFunction): string {
  if (value === "") return t("filter.emptyValue");
  if (type === "time" && /^\d{9,}(\.\d+)?$/.test(value)) return formatClock(Number(value));
  if (type !== "bool") return value;
  return value === "true" ? t("value.yes") : t("value.no");
}
