import { MenuToggle, Select, SelectGroup, SelectList, SelectOption } from "@patternfly/react-core";
import ColumnsIcon from "@patternfly/react-icons/dist/esm/icons/columns-icon";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { CollectionInfo, ColumnInfo } from "../api/generated/types.gen";
import { nameColumn } from "./columns";
import { useDensity } from "./preferences";

const RESET = "\u0000reset";
const DENSITY = "\u0000density";

export interface ColumnManagerProps {
  info: CollectionInfo;
  visible: readonly ColumnInfo[];
  onChange: (cols: string | undefined) => void;
}

/** Which columns are shown and how high the rows are. */
export function ColumnManager({ info, visible, onChange }: ColumnManagerProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
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
      isOpen={open}
      onOpenChange={setOpen}
      onSelect={(_, value) => select(String(value))}
      isScrollable
      maxMenuHeight="26rem"
      popperProps={{ position: "end", appendTo: "inline" }}
      toggle={(ref) => (
        <MenuToggle
          ref={ref}
          variant="plain"
          size="sm"
          icon={<ColumnsIcon />}
          isExpanded={open}
          aria-label={t("columns.manage")}
          title={t("columns.manage")}
          onClick={() => setOpen(!open)}
        />
      )}
    >
      <SelectGroup label={t("columns.columns")}>
        <SelectList aria-label={t("columns.columns")}>
          {info.columns
            .filter((column) => column !== name)
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
