import { Select, SelectGroup, SelectList, SelectOption } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import type { MenuProps } from "../overlay/menu";
import type { ColumnManagerProps } from "./ColumnManager";
import { isReadable, nameColumn } from "./columns";
import { useDensity } from "./preferences";

const RESET = "\u0000reset";
const DENSITY = "\u0000density";

export interface ColumnMenuProps extends ColumnManagerProps, MenuProps {}

/** Which columns are shown and how high the rows are. */
export function ColumnMenu({ info, visible, onChange, ...menu }: ColumnMenuProps) {
  const { t } = useTranslation();
  const [density, setDensity] = useDensity();
  const name = nameColumn(info);
  const shown = new Set(visible.map((column) => column.id));
  const select = (value: string) => {
    if (value === RESET) return onChange(undefined);
    if (value === DENSITY) return setDensity(density === "compact" ? "comfortable" : "compact");
    const next = new Set(shown);
    if (!next.delete(value)) next.add(value);
    onChange(
      info.columns
        .filter(({ id }) => next.has(id))
        .map(({ id }) => id)
        .join(","),
    );
  };
  return (
    <Select
      role="menu"
      isOpen={menu.isOpen}
      onOpenChange={menu.onOpen}
      onSelect={(_, value) => select(String(value))}
      isScrollable
      maxMenuHeight="26rem"
      popperProps={{ position: "end", appendTo: "inline" }}
      toggle={{ toggleNode: null, toggleRef: menu.toggle }}
    >
      <SelectGroup label={t("columns.columns")}>
        <SelectList aria-label={t("columns.columns")}>
          {info.columns
            .filter((column) => column !== name && isReadable(column))
            .map(({ id, label }) => (
              <SelectOption key={id} value={id} hasCheckbox isSelected={shown.has(id)}>
                <span translate="no">{label}</span>
              </SelectOption>
            ))}
        </SelectList>
      </SelectGroup>
      <SelectGroup label={t("columns.view")}>
        <SelectList aria-label={t("columns.view")}>
          <SelectOption value={DENSITY} hasCheckbox isSelected={density === "comfortable"}>
            {t("columns.comfortable")}
          </SelectOption>
          <SelectOption value={RESET}>{t("columns.reset")}</SelectOption>
        </SelectList>
      </SelectGroup>
    </Select>
  );
}
