import "@patternfly/react-styles/css/components/Table/table.css";
import type { ComponentProps } from "react";

/**
 * PatternFly's table in its own HTML. Its components measure each cell after each render, to show
 * a tooltip for text that is cut: with a screen of rows that change ten times a second this was
 * the most expensive thing a tab did.
 */
export function Tr({ className = "", ...rest }: ComponentProps<"tr">) {
  return <tr {...rest} className={`pf-v6-c-table__tr ${className}`} />;
}

export function Td({ className = "", ...rest }: ComponentProps<"td">) {
  return <td {...rest} className={`pf-v6-c-table__td ${className}`} />;
}

export function Th({ className = "", ...rest }: ComponentProps<"th">) {
  return <th scope="col" {...rest} className={`pf-v6-c-table__th ${className}`} />;
}
