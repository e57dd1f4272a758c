import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { useTranslation } from "react-i18next";
import { ActionButton } from "../../actions/ActionHost";
import type { AccountView, PasskeyView } from "../../api/generated/types.gen";
import { Raw } from "../../detail/Facts";
import { Section } from "../../detail/Section";
import { Age } from "../../format/Age";
import { knowsPasskeys } from "../../session/knowsPasskeys";
import { addPasskey, removePasskey, renamePasskey } from "./passkeys";

/** What signs one in by one's device alone. */
export function OwnPasskeys({ account }: { account: AccountView }) {
  const { t } = useTranslation();
  const { passkeys, passkeys_here } = account;
  return (
    <Section title={t("account.passkeys.title")}>
      <p>{t(passkeys_here ? sentence(passkeys.length) : "account.passkeys.nowhere")}</p>
      {passkeys.length > 0 && (
        <Table
          variant="compact"
          className="cr-plain-table"
          aria-label={t("account.passkeys.title")}
        >
          <Thead>
            <Tr>
              <Th modifier="wrap">{t("account.passkeys.name")}</Th>
              <Th modifier="wrap">{t("account.app.since")}</Th>
              <Th modifier="wrap">{t("account.app.used")}</Th>
              <Th screenReaderText={t("tokens.actions")} />
            </Tr>
          </Thead>
          <Tbody>
            {passkeys.map((passkey) => (
              <PasskeyLine key={passkey.id} passkey={passkey} />
            ))}
          </Tbody>
        </Table>
      )}
      {passkeys_here && !knowsPasskeys() && <p>{t("account.passkeys.unknown")}</p>}
      {passkeys_here && knowsPasskeys() && (
        <div className="cr-actions">
          <ActionButton action={addPasskey} target={null} name="" />
        </div>
      )}
    </Section>
  );
}

const sentence = (count: number) => (count > 0 ? "account.passkeys.are" : "account.passkeys.none");

function PasskeyLine({ passkey }: { passkey: PasskeyView }) {
  const { t } = useTranslation();
  const { name, created, used } = passkey;
  return (
    <Tr>
      <Td dataLabel={t("account.passkeys.name")}>
        <Raw>{name}</Raw>
      </Td>
      <Td dataLabel={t("account.app.since")}>
        <Age at={created} />
      </Td>
      <Td dataLabel={t("account.app.used")}>{used ? <Age at={used} /> : t("tokens.never")}</Td>
      <Td>
        <div className="cr-actions">
          <ActionButton action={renamePasskey} target={passkey} name={name} />
          <ActionButton action={removePasskey} target={passkey} name={name} />
        </div>
      </Td>
    </Tr>
  );
}
