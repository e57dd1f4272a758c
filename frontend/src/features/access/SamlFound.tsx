import "../../i18n/saml";
import { List, ListItem } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import type { KeptCertificate, SamlFound } from "../../api/generated/types.gen";
import { Facts, Raw } from "../../detail/Facts";
import { formatExact } from "../../format/time";
import { Notice } from "../../states/Notice";

/** What a SAML provider publishes, and what may be missed later. */
export function SamlFoundNotice({ found }: { found: SamlFound }) {
  const { t } = useTranslation();
  return (
    <Notice tone="success" live title={t("saml.found")} className="cr-test-result">
      <SamlFacts found={found} />
    </Notice>
  );
}

/** Where people sign in there, and the certificates of both sides with their ends. */
export function SamlFacts({ found }: { found: SamlFound }) {
  const { t } = useTranslation();
  return (
    <>
      <Facts
        facts={[
          [t("saml.signIn"), <Raw key="s">{found.sign_in}</Raw>],
          [t("saml.signing"), <Certificates key="c" held={found.signing} />],
          [
            t("saml.encrypting"),
            found.encrypting.length > 0 && <Certificates key="e" held={found.encrypting} />,
          ],
          [t("saml.until"), found.until !== null && formatExact(found.until)],
        ]}
      />
      <List isPlain>
        {found.notes.map((note) => (
          <ListItem key={note}>
            <Raw>{note}</Raw>
          </ListItem>
        ))}
      </List>
    </>
  );
}

function Certificates({ held }: { held: readonly KeptCertificate[] }) {
  const { t } = useTranslation();
  return (
    <List isPlain>
      {held.map(({ fingerprint, subject, ends }) => (
        <ListItem key={fingerprint}>
          <Raw>{subject}</Raw>, {t("saml.ends", { time: formatExact(ends) })},{" "}
          <Raw>{fingerprint.slice(0, 16)}</Raw>
        </ListItem>
      ))}
    </List>
  );
}
