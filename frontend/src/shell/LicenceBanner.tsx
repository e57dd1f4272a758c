import "../i18n/licenceBanner";
import "../styles/licence.css";
import { Button } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import { Notice } from "../states/Notice";
import { AppLink } from "./AppLink";
import { useLicenceConcern } from "./useLicenceConcern";

/** One calm line above the page, for who may put a licence in, until it is put away. */
export function LicenceBanner() {
  const { t } = useTranslation();
  const [concern, dismiss] = useLicenceConcern();
  if (!concern) return null;
  return (
    <Notice
      className="cr-licence-banner"
      tone={concern.what === "expiring" ? "info" : "warning"}
      title={t(`licenceBanner.${concern.what}`, { end: DAY.format(concern.end * 1000) })}
      action={
        <>
          <AppLink href="/licence">{t("nav.licence")}</AppLink>{" "}
          <Button variant="link" isInline onClick={dismiss}>
            {t("licenceBanner.dismiss")}
          </Button>
        </>
      }
    />
  );
}

const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: "long", timeZone: "UTC" });
