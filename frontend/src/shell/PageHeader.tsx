import { Title } from "@patternfly/react-core";
import type { ReactNode } from "react";

export interface PageHeaderProps {
  title: ReactNode;
  /** One sentence that answers the page's question. */
  sentence?: ReactNode;
  /** Total, freshness and the primary action, at the right edge. */
  meta?: ReactNode;
}

/** Title, one status sentence, freshness: the first line of every page. */
export function PageHeader({ title, sentence, meta }: PageHeaderProps) {
  return (
    <header className="cr-page-header">
      <Title headingLevel="h1" size="xl" className="cr-page-title">
        {title}
      </Title>
      {sentence && <div className="cr-page-sentence">{sentence}</div>}
      {meta && <div className="cr-page-meta">{meta}</div>}
    </header>
  );
}
