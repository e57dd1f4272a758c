import type { ReactNode } from "react";

interface FiguresProps {
  label: string;
  /** The heads of the columns; all but the first are of numbers. */
  heads: readonly string[];
  /** The rows. */
  children: ReactNode;
}

/** A table of numbers that scrolls sideways where it does not fit. */
export function Figures({ label, heads, children }: FiguresProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys
    <section className="cr-metering-scroll" aria-label={label} tabIndex={0}>
      <table className="cr-plain-table cr-metering-table" aria-label={label}>
        <thead>
          <tr>
            {heads.map((head, at) => (
              <th key={head} scope="col" className={at > 0 ? "cr-right" : undefined}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}
