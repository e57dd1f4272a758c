import { Badge } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import type { ColumnInfo, FacetCount } from "../api/generated/types.gen";
import { MenuButton } from "../overlay/MenuButton";
import { part } from "../overlay/part";
import { facetSelection } from "./filters";

const values = part(async () => (await import("./FacetValues")).FacetValues);

export interface FacetMenuProps {
  column: ColumnInfo;
  counts: readonly FacetCount[];
  filters: readonly string[];
  onChange: (filters: string[]) => void;
}

/** The button of the values of one column, with how many are chosen. */
export function FacetMenu(props: FacetMenuProps) {
  const { t } = useTranslation();
  const chosen = facetSelection(props.filters, props.column.id).length;
  return (
    <MenuButton
      menu={values}
      given={props}
      size="sm"
      {...(chosen > 0
        ? { badge: <Badge isRead>{chosen}</Badge> }
        : { "aria-label": t("filter.by", { column: props.column.label }) })}
    >
      {/* With a number beside it the button is named by what is in it. */}
      {chosen > 0 && <span className="pf-v6-screen-reader">{t("filter.by", { column: "" })}</span>}
      <span translate="no">{props.column.label}</span>{" "}
    </MenuButton>
  );
}
