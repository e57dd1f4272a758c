import { List, ListItem } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import { Facts, Raw } from "../../detail/Facts";
import { formatExact } from "../../format/time";
import { Notice } from "../../states/Notice";
import type { DirectoryFound } from "./providersApi";

/** Whom a directory holds, how each of its servers is reached, and what may be missed later. */
export function DirectoryFoundNotice({ found }: { found: DirectoryFound }) {
  const { t } = useTranslation();
  const counted = (what: "people" | "groups") =>
    found.more.includes(what)
      ? t("directories.found.more", { number: found[what] })
      : String(found[what]);
  return (
    <Notice
      tone={found.people === 0 ? "warning" : "success"}
      live
      title={t("directories.found.fine")}
      className="cr-test-result"
    >
      <Facts
        facts={[
          [t("directories.found.people"), counted("people")],
          [t("directories.found.groups"), counted("groups")],
          ...found.servers.map(
            (one) =>
              [
                <Raw key={one.server}>{one.server}</Raw>,
                <Raw key={`${one.server} tls`}>
                  {[
                    one.tls,
                    one.certificate,
                    one.expires !== null &&
                      t("directories.found.until", { time: formatExact(one.expires) }),
                  ]
                    .filter(Boolean)
                    .join(", ") || t("directories.found.plain")}
                </Raw>,
              ] as const,
          ),
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
