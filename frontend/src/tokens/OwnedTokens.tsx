import { useTranslation } from "react-i18next";
import { ActionButton } from "../actions/ActionHost";
import type { TokenView } from "../api/generated/types.gen";
import { Raw } from "../detail/Facts";
import { scopeWords } from "../format/scope";
import { TokenTable } from "./TokenTable";
import type { OWN_TOKEN } from "./tokens";

export interface OwnedTokensProps {
  tokens: readonly TokenView[];
  actions: typeof OWN_TOKEN;
  label: string;
}

/** Somebody's tokens: what each may, beside what every token tells. */
export function OwnedTokens({ tokens, actions, label }: OwnedTokensProps) {
  const { t } = useTranslation();
  return (
    <TokenTable
      tokens={tokens}
      label={label}
      columns={[
        [t("tokens.name"), (token) => <Name token={token} />],
        [t("tokens.may"), (token) => <May token={token} />],
      ]}
      actions={({ id: key, name, rule }, lives) => (
        <>
          {lives && !rule && (
            <ActionButton action={actions.rotate} target={{ key, name }} name={name} />
          )}
          <ActionButton action={actions.revoke} target={{ key, name }} name={name} />
        </>
      )}
    />
  );
}

function Name({ token: { name, prefix, workload } }: { token: TokenView }) {
  return (
    <>
      <Raw>{name}</Raw>{" "}
      <span className="cr-muted" translate="no">
        {prefix}… {workload}
      </span>
    </>
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
