import { Alert } from "@patternfly/react-core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

/** A line above the form of a page before sign-in. */
export function Notice({ tone, title, children }: Props) {
  const { t } = useTranslation();
  return (
    <Alert
      variant={tone}
      component="p"
      variantLabel={t(tone === "info" ? "alert.info" : "alert.danger")}
      isInline
      isLiveRegion={tone === "danger"}
      title={title}
    >
      {children}
    </Alert>
  );
}

interface Props {
  tone: "info" | "danger";
  title: ReactNode;
  children?: ReactNode;
}
