import { Badge, MenuToggle, Select, SelectList, SelectOption } from "@patternfly/react-core";
import { useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ColumnInfo, FacetCount } from "../api/generated/types.gen";
import { facetSelection, withFacet } from "./filters";

/** Menus stay readable: the rarest values beyond this many are reached by the filter form. */
const MOST_VALUES = 40;

export interface FacetMenuProps {
  column: ColumnInfo;
  counts: readonly FacetCount[];
  filters: readonly string[];
  onChange: (filters: string[]) => void;
}

/** Ticks for the values of one column with how many rows each has. */
export function FacetMenu({ column, counts, filters, onChange }: FacetMenuProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const chosen = facetSelection(filters, column.id);
  const options = useKnownValues(counts, chosen);
  const toggle = (value: string) => {
    const next = chosen.includes(value)
      ? chosen.filter((item) => item !== value)
      : [...chosen, value];
    onChange(withFacet(filters, column.id, next));
  };
  return (
    <Select
      role="menu"
      popperProps={{ appendTo: "inline" }}
      isOpen={open}
      onOpenChange={setOpen}
      onSelect={(_, value) => toggle(String(value))}
      isScrollable
      maxMenuHeight="20rem"
      toggle={(ref) => (
        <MenuToggle
          ref={ref}
          size="sm"
          isExpanded={open}
          aria-label={t("filter.by", { column: column.label })}
          onClick={() => setOpen(!open)}
          {...(chosen.length > 0 ? { badge: <Badge isRead>{chosen.length}</Badge> } : {})}
        >
          <span translate="no">{column.label}</span>
        </MenuToggle>
      )}
    >
      <SelectList aria-label={t("filter.valuesOf", { column: column.label })}>
        {options.length === 0 && (
          <SelectOption isDisabled value="">
            {t("filter.noValues")}
          </SelectOption>
        )}
        {options.slice(0, MOST_VALUES).map(({ value, count }) => (
          <SelectOption key={value} value={value} hasCheckbox isSelected={chosen.includes(value)}>
            <span className="cr-facet">
              <span translate="no">{value === "" ? t("filter.emptyValue") : value}</span>
              <span className="cr-facet-count" translate="no">
                {count ?? ""}
              </span>
            </span>
          </SelectOption>
        ))}
      </SelectList>
    </Select>
  );
}

/** Values seen before stay in the menu: a tick must not make the other choices vanish. */
function useKnownValues(
  counts: readonly FacetCount[],
  chosen: readonly string[],
): { value: string; count: number | null }[] {
  const seen = useRef(new Map<string, number>());
  return useMemo(() => {
    const now = new Map(counts.map(({ value, count }) => [String(value ?? ""), count]));
    for (const [value, count] of now) seen.current.set(value, count);
    if (chosen.length === 0) seen.current = new Map(now);
    for (const value of chosen) if (!seen.current.has(value)) seen.current.set(value, 0);
    return [...seen.current.keys()]
      .map((value) => ({ value, count: now.get(value) ?? (chosen.length > 0 ? null : 0) }))
      .sort((a, b) => (b.count ?? -1) - (a.count ?? -1) || a.value.localeCompare(b.value));
  }, [counts, chosen]);
}
