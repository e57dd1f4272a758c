import "../../i18n/deciding";
import { Button, List } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { ActionButton } from "../../actions/ActionHost";
import { ActionPageForm } from "../../actions/ActionPageForm";
import { apiUrl } from "../../api/http";
import { Facts, Raw } from "../../detail/Facts";
import { Section } from "../../detail/Section";
import { Age } from "../../format/Age";
import { formatExact } from "../../format/time";
import { mayUse, useSession } from "../../session/session";
import { Notice } from "../../states/Notice";
import { type ConnectionView, diagnosticsHref, kindsQuery } from "./api";
import { CertificateItem } from "./CertificateItem";
import { editConnection, type Settings } from "./saving";
import { reauthenticate, removeConnection, switchOff, switchOn } from "./switching";

export interface ConnectionPartsProps {
  connection: ConnectionView;
  since: unknown;
  /** What else can be done with such a system. */
  children?: ReactNode;
}

/** What can be done with a connection, what is known of it, and its settings. */
export function ConnectionParts({ connection, since, children }: ConnectionPartsProps) {
  const { t } = useTranslation();
  const enabled = mayUse(useSession(), "connection-settings", "create");
  const kinds = useQuery({ ...kindsQuery, enabled }).data;
  const kind = kinds?.find((found) => found.kind === connection.kind);
  const settings = useMemo(() => kind && { connection, kind }, [connection, kind]);
  return (
    <div className="cr-stack">
      <Actions connection={connection} settings={settings} />
      {!connection.editable && (
        <Notice
          tone="info"
          title={t(
            connection.origin === "local stack"
              ? "connections.declaredStack"
              : "connections.declaredFile",
          )}
        />
      )}
      <About connection={connection} since={since} />
      {children}
      {connection.editable && settings && (
        <Section title={t("connections.settings")}>
          <ActionPageForm
            action={editConnection}
            target={settings}
            name={`${connection.kind}/${connection.name}`}
          />
        </Section>
      )}
    </div>
  );
}

function About({ connection, since }: ConnectionPartsProps) {
  const { t } = useTranslation();
  return (
    <Section title={t("connections.about")}>
      <Facts
        facts={[
          [t("connections.system"), <Raw key="s">{connection.title}</Raw>],
          [
            t("deciding.told.title"),
            connection.decides !== "" &&
              t(connection.decides === "both" ? "deciding.told.both" : "deciding.told.console"),
          ],
          [t("connections.since"), typeof since === "number" && <Age at={since} />],
          [
            t("connections.changedBy"),
            connection.changed !== null && (
              <Raw key="c">
                {connection.changed_by}, {formatExact(connection.changed)}
              </Raw>
            ),
          ],
        ]}
      />
      <List isPlain>
        {connection.certificates.map((one) => (
          <CertificateItem key={`${one.what} ${one.subject}`} {...one} />
        ))}
      </List>
    </Section>
  );
}

interface ActionsProps {
  connection: ConnectionView;
  settings: Settings | undefined;
}

function Actions({ connection, settings }: ActionsProps) {
  const { t } = useTranslation();
  const { kind, name, disabled, editable, secrets } = connection;
  return (
    <div className="cr-actions">
      {editable && settings && Object.keys(secrets).length > 0 && (
        <ActionButton action={reauthenticate} target={settings} name={name} />
      )}
      {editable && (
        <ActionButton action={disabled ? switchOn : switchOff} target={connection} name={name} />
      )}
      <Button
        variant="secondary"
        size="sm"
        component="a"
        href={apiUrl(diagnosticsHref(kind, name))}
        download
      >
        {t("connections.diagnostics")}
      </Button>
      {editable && (
        <ActionButton action={removeConnection} target={connection} name={name} variant="danger" />
      )}
    </div>
  );
}
