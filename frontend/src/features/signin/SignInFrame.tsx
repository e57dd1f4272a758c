import { Title } from "@patternfly/react-core";
import type { ReactNode } from "react";
import { Mark } from "../../shell/Mark";

/** The frame of the pages before sign-in. */
export function SignInFrame({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className="cr-signin">
      <div className="cr-signin-box">
        <p className="cr-signin-brand">
          <Mark />
          <span translate="no">Craton</span>
        </p>
        <Title headingLevel="h1" size="xl">
          {title}
        </Title>
        {children}
      </div>
    </main>
  );
}
