import { Dropdown, DropdownItem, DropdownList, MenuToggle } from "@patternfly/react-core";
import DownloadIcon from "@patternfly/react-icons/dist/esm/icons/download-icon";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ColumnInfo } from "../api/generated/types.gen";
import type { Query } from "../live/query";
import { csvUrl, type Download } from "./search";

const CHOICES = [
  { id: "shown", units: "display", all: false },
  { id: "raw", units: "raw", all: false },
  { id: "all", units: "raw", all: true },
] as const;

export interface DownloadMenuProps {
  collection: string;
  query: Query;
  visible: readonly ColumnInfo[];
}

/** The whole result as CSV: the columns shown, in units for people or for machines, or all. */
export function DownloadMenu({ collection, query, visible }: DownloadMenuProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const columns = visible.map(({ id }) => id);
  return (
    <Dropdown
      isOpen={open}
      onOpenChange={setOpen}
      onSelect={() => setOpen(false)}
      popperProps={{ position: "end", appendTo: "inline" }}
      toggle={(ref) => (
        <MenuToggle
          ref={ref}
          variant="plain"
          size="sm"
          icon={<DownloadIcon />}
          isExpanded={open}
          aria-label={t("table.csv")}
          title={t("table.csv")}
          onClick={() => setOpen(!open)}
        />
      )}
    >
      <DropdownList>
        {CHOICES.map(({ id, units, all }) => {
          const what: Download = { units, ...(all ? {} : { cols: columns }) };
          return (
            <DropdownItem key={id} to={csvUrl(collection, query, what)} download="">
              {t(`table.csvOf.${id}`)}
            </DropdownItem>
          );
        })}
      </DropdownList>
    </Dropdown>
  );
}
