import { List, ListItem } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import { Facts, Raw } from "../../detail/Facts";
import { Notice } from "../../states/Notice";
import type { OidcFound } from "./providersApi";

/** What a provider publishes, and what may be missed later. */
export function ProviderFoundNotice({ found }: { found: OidcFound }) {
  const { t } = useTranslation();
  const yes = (held: boolean) => t(held ? "providers.test.yes" : "providers.test.no");
  return (
    <Notice
      tone={found.keys === 0 ? "warning" : "success"}
      live
      title={t("providers.test.fine")}
      className="cr-test-result"
    >
      <Facts
        facts={[
          [t("providers.field.issuer"), <Raw key="i">{found.issuer}</Raw>],
          [t("providers.test.signs"), <Raw key="a">{found.algorithms.join(", ")}</Raw>],
          [t("providers.test.keys"), String(found.keys)],
          [t("providers.test.leave"), yes(found.end_session)],
          [t("providers.test.backchannel"), yes(found.backchannel)],
        ]}
      />
      <List isPlain>
        {found.notes.map((note) => (
          <ListItem key={note}>
            <Raw>{note}</Raw>
          </ListItem>
        ))}
      </List>
    </Notice>
  );
}
