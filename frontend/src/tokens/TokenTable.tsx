import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { useTranslation } from "react-i18next";
import { ActionButton } from "../actions/ActionHost";
import type { TokenView } from "../api/generated/types.gen";
import { Raw } from "../detail/Facts";
import { Age } from "../format/Age";
import { serverNow } from "../format/clock";
import { scopeWords } from "../format/scope";
import type { OWN_TOKEN } from "./tokens";

export interface TokenTableProps {
  tokens: readonly TokenView[];
  actions: typeof OWN_TOKEN;
  label: string;
}

/** Somebody's tokens: what each may, until when, and when and where it was used last. */
export function TokenTable({ tokens, actions, label }: TokenTableProps) {
  const { t } = useTranslation();
  return (
    <Table variant="compact" className="cr-plain-table" aria-label={label}>
      <Thead>
        <Tr>
          <Th modifier="wrap">{t("tokens.name")}</Th>
          <Th modifier="wrap">{t("tokens.may")}</Th>
          <Th modifier="wrap">{t("tokens.until")}</Th>
          <Th modifier="wrap">{t("tokens.used")}</Th>
          <Th screenReaderText={t("tokens.actions")} />
        </Tr>
      </Thead>
      <Tbody>
        {tokens.map((token) => (
          <TokenLine key={token.id} token={token} actions={actions} />
        ))}
      </Tbody>
    </Table>
  );
}

function TokenLine({ token, actions }: { token: TokenView; actions: typeof OWN_TOKEN }) {
  const { t } = useTranslation();
  const { id, name, prefix, expires, replaced, last_used, last_address } = token;
  const over = expires <= serverNow();
  const target = { key: id, name };
  return (
    <Tr data-token={name}>
      <Td dataLabel={t("tokens.name")}>
        <Raw>{name}</Raw>{" "}
        <span className="cr-muted" translate="no">
          {prefix}…
        </span>
      </Td>
      <Td dataLabel={t("tokens.may")}>
        <May token={token} />
      </Td>
      <Td dataLabel={t("tokens.until")}>
        {over ? t("tokens.over") : <Age at={expires} />}
        {replaced !== null && !over && <span className="cr-muted"> {t("tokens.replaced")}</span>}
      </Td>
      <Td dataLabel={t("tokens.used")}>
        {last_used === null ? (
          t("tokens.never")
        ) : (
          <>
            <Age at={last_used} /> <Raw>{last_address}</Raw>
          </>
        )}
      </Td>
      <Td>
        <div className="cr-actions">
          {!over && replaced === null && (
            <ActionButton action={actions.rotate} target={target} name={name} />
          )}
          <ActionButton action={actions.revoke} target={target} name={name} />
        </div>
      </Td>
    </Tr>
  );
}

const MOST = 3;

/** What a token was made for, in few words; all of it to who points at it. */
function May({ token: { rights, scopes } }: { token: TokenView }) {
  const { t } = useTranslation();
  const words = rights.includes("*:*")
    ? t("tokens.mayAll")
    : rights.every((right) => right.startsWith("*:"))
      ? t("tokens.mayRead")
      : [...rights.slice(0, MOST), ...(rights.length > MOST ? ["…"] : [])].join(", ");
  return (
    <>
      <span title={rights.join(", ")}>{words}</span>{" "}
      <span className="cr-muted" title={scopes.join("\n")}>
        {scopes.map((scope) => scopeWords(scope, t)).join("; ")}
      </span>
    </>
  );
}
