import "../styles/table.css";
import "../styles/detail.css";
import {
  DescriptionList,
  DescriptionListDescription,
  DescriptionListGroup,
  DescriptionListTerm,
} from "@patternfly/react-core";
import type { ReactNode } from "react";

/** A term and its value; an absent value leaves the line out. */
export type Fact = readonly [term: ReactNode, value: ReactNode];

const isAbsent = (value: ReactNode) =>
  value === null || value === undefined || value === "" || value === false;

/** Terms and values of one thing, side by side. */
export function Facts({ facts, columns = 1 }: { facts: readonly Fact[]; columns?: 1 | 2 }) {
  const shown = facts.filter(([, value]) => !isAbsent(value));
  if (shown.length === 0) return null;
  return (
    <DescriptionList
      isHorizontal
      isCompact
      isFluid
      className="cr-facts"
      columnModifier={columns === 2 ? { default: "1Col", xl: "2Col" } : { default: "1Col" }}
    >
      {shown.map(([term, value], position) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a fact's place is its identity
        <DescriptionListGroup key={position}>
          <DescriptionListTerm>{term}</DescriptionListTerm>
          <DescriptionListDescription>{value}</DescriptionListDescription>
        </DescriptionListGroup>
      ))}
    </DescriptionList>
  );
}

/** A value that came from a system: never translated. */
export function Raw({ children }: { children: ReactNode }) {
  return <span translate="no">{children}</span>;
}
