import { List, ListItem } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import { Facts, Raw } from "../../detail/Facts";
import { Notice } from "../../states/Notice";
import { ToneIcon } from "../../status/Status";
import type { FoundView } from "./api";
import { CertificateItem } from "./CertificateItem";

/** What a test found: who answered, whom it takes us for, and what is missing. */
export function TestResult({ found }: { found: FoundView }) {
  const { t } = useTranslation();
  const missing = found.rights.filter(({ held }) => !held);
  const complete = missing.length === 0;
  return (
    <Notice
      tone={complete ? "success" : "warning"}
      live
      title={
        complete
          ? t("connections.test.fine")
          : t("connections.test.missing", { count: missing.length })
      }
      className="cr-test-result"
    >
      <Facts
        facts={[
          [t("connections.test.version"), <Raw key="v">{found.version}</Raw>],
          [t("connections.test.identity"), found.identity && <Raw key="i">{found.identity}</Raw>],
          [t("connections.test.latency"), milliseconds(found.latency)],
          [t("connections.test.clock"), useClock(found.clock_skew)],
        ]}
      />
      <List isPlain className="cr-test-rights">
        {found.rights.map(({ title, held, without }) => (
          <ListItem key={title} icon={<ToneIcon tone={held ? "ok" : "denied"} />}>
            <Raw>{title}</Raw>{" "}
            {!held && (
              <strong>
                {t("connections.test.denied")} <Raw>{without}</Raw>
              </strong>
            )}
          </ListItem>
        ))}
        {found.certificates.map((one) => (
          <CertificateItem key={`${one.what} ${one.subject}`} {...one} />
        ))}
        {found.notes.map((note) => (
          <ListItem key={note} icon={<ToneIcon tone="unknown" />}>
            <Raw>{note}</Raw>
          </ListItem>
        ))}
      </List>
    </Notice>
  );
}

function milliseconds(seconds: number | null): string | null {
  return seconds === null ? null : `${Math.max(1, Math.round(seconds * 1000))} ms`;
}

function useClock(skew: number | null): string | null {
  const { t } = useTranslation();
  if (skew === null) return null;
  if (skew === 0) return t("connections.test.clockSame");
  const seconds = Math.round(Math.abs(skew));
  return t(skew > 0 ? "connections.test.clockAhead" : "connections.test.clockBehind", { seconds });
}
