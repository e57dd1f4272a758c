import EitherIcon from "@patternfly/react-icons/dist/esm/icons/arrows-alt-v-icon";
import DownIcon from "@patternfly/react-icons/dist/esm/icons/long-arrow-alt-down-icon";
import UpIcon from "@patternfly/react-icons/dist/esm/icons/long-arrow-alt-up-icon";
import type { ReactNode } from "react";
import { Th } from "./elements";

export interface SortHeadProps {
  className: string;
  /** The order is by this column, this way. */
  sorted: "ascending" | "descending" | undefined;
  onSort: () => void;
  children: ReactNode;
}

/** A column's head that sorts by it. */
export function SortHead({ className, sorted, onSort, children }: SortHeadProps) {
  const Icon = sorted === undefined ? EitherIcon : sorted === "ascending" ? UpIcon : DownIcon;
  return (
    <Th
      className={`pf-v6-c-table__sort ${sorted ? "pf-m-selected" : ""} ${className}`}
      aria-sort={sorted}
    >
      <button type="button" className="pf-v6-c-table__button" onClick={onSort}>
        <span className="pf-v6-c-table__button-content">
          <span className="pf-v6-c-table__text">{children}</span>
          <span className="pf-v6-c-table__sort-indicator">
            <Icon />
          </span>
        </span>
      </button>
    </Th>
  );
}
