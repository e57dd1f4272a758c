import { ListItem } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import { Raw } from "../../detail/Facts";
import { serverNow } from "../../format/clock";
import { formatExact } from "../../format/time";
import { ToneIcon } from "../../status/Status";

const WARN_SECONDS = 21 * 86_400;

/** A certificate of a connection and when it ends, in a list. */
export function CertificateItem(props: { what: string; subject: string; expires: number }) {
  const { t } = useTranslation();
  const { what, subject, expires } = props;
  return (
    <ListItem icon={<ToneIcon tone={toneOfEnd(expires)} />}>
      <Raw>
        {what} ({subject})
      </Raw>{" "}
      {t("connections.test.expires", { at: formatExact(expires) })}
    </ListItem>
  );
}

/** How soon a certificate ends, as a tone. */
function toneOfEnd(expires: number): "ok" | "warn" | "bad" {
  const left = expires - serverNow();
  return left < 0 ? "bad" : left < WARN_SECONDS ? "warn" : "ok";
}
