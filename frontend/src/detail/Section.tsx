import "../styles/table.css";
import "../styles/detail.css";
import type { ReactNode } from "react";

export interface SectionProps {
  title: ReactNode;
  /** A few words beside the title: a count, an explanation. */
  note?: ReactNode;
  children: ReactNode;
}

/** A titled part of a detail page. */
export function Section({ title, note, children }: SectionProps) {
  return (
    <section className="cr-section">
      <h2 className="cr-section-title">
        {title}
        {note && <span className="cr-section-note">{note}</span>}
      </h2>
      {children}
    </section>
  );
}
