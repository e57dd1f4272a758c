import { Dropdown, DropdownItem, DropdownList } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import type { MenuProps } from "../overlay/menu";
import type { DownloadMenuProps } from "./DownloadMenu";
import { type Download, fileUrl } from "./search";

const CHOICES = [
  { id: "shown", units: "display", all: false, format: "csv" },
  { id: "raw", units: "raw", all: false, format: "csv" },
  { id: "all", units: "raw", all: true, format: "csv" },
  { id: "lines", units: "raw", all: true, format: "jsonl" },
] as const;

export interface DownloadChoicesProps extends DownloadMenuProps, MenuProps {}

/** The whole result as a file: the columns shown, in units for people or for machines, or all. */
export function DownloadChoices({ collection, query, visible, ...menu }: DownloadChoicesProps) {
  const { t } = useTranslation();
  const columns = visible.map(({ id }) => id);
  return (
    <Dropdown
      isOpen={menu.isOpen}
      onOpenChange={menu.onOpen}
      onSelect={() => menu.onOpen(false)}
      popperProps={{ position: "end", appendTo: "inline" }}
      toggle={{ toggleNode: null, toggleRef: menu.toggle }}
    >
      <DropdownList>
        {CHOICES.map(({ id, units, all, format }) => {
          const what: Download = { units, format, ...(all ? {} : { cols: columns }) };
          return (
            <DropdownItem key={id} to={fileUrl(collection, query, what)} download="">
              {t(`table.csvOf.${id}`)}
            </DropdownItem>
          );
        })}
      </DropdownList>
    </Dropdown>
  );
}
