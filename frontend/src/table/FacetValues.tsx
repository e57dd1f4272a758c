import { Select, SelectList, SelectOption } from "@patternfly/react-core";
import { useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { FacetCount } from "../api/generated/types.gen";
import type { MenuProps } from "../overlay/menu";
import type { FacetMenuProps } from "./FacetMenu";
import { facetSelection, withFacet } from "./filters";

/** Menus stay readable: the rarest values beyond this many are reached by the filter form. */
const MOST_VALUES = 40;

/** Ticks for the values of one column with how many rows each has. */
export function FacetValues({ column, counts, filters, onChange, ...menu }: FacetValuesProps) {
  const { t } = useTranslation();
  const chosen = facetSelection(filters, column.id);
  const options = useKnownValues(counts, chosen);
  const tick = (value: string) => {
    const next = chosen.includes(value)
      ? chosen.filter((item) => item !== value)
      : [...chosen, value];
    onChange(withFacet(filters, column.id, next));
  };
  return (
    <Select
      role="menu"
      popperProps={{ appendTo: "inline" }}
      isOpen={menu.isOpen}
      onOpenChange={menu.onOpen}
      onSelect={(_, value) => tick(String(value))}
      isScrollable
      maxMenuHeight="20rem"
      toggle={{ toggleNode: null, toggleRef: menu.toggle }}
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

export interface FacetValuesProps extends FacetMenuProps, MenuProps {}

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
