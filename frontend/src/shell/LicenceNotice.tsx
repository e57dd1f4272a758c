import "../i18n/licenceBanner";
import "../styles/licence.css";
import { Button } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import { Notice } from "../states/Notice";
import { AppLink } from "./AppLink";
import type { LicenceConcern } from "./useLicenceConcern";

export interface LicenceNoticeProps {
  concern: LicenceConcern;
  onDismiss: () => void;
}

/** What there is to say of the licence, until it is put away. */
export function LicenceNotice({ concern, onDismiss }: LicenceNoticeProps) {
  const { t } = useTranslation();
  return (
    <Notice
      className="cr-licence-banner"
      tone={concern.what === "expiring" ? "info" : "warning"}
      title={t(`licenceBanner.${concern.what}`, { end: DAY.format(concern.end * 1000) })}
      action={
        <>
          <AppLink href="/licence">{t("nav.licence")}</AppLink>{" "}
          <Button variant="link" isInline onClick={onDismiss}>
            {t("licenceBanner.dismiss")}
          </Button>
        </>
      }
    />
  );
}

const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: "long", timeZone: "UTC" });
