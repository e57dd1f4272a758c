import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Raw } from "../detail/Facts";
import { Age } from "../format/Age";
import { serverNow } from "../format/clock";

/** What every kind of token tells of its use. */
interface Used {
  id: string;
  expires: number;
  replaced: number | null;
  last_used: number | null;
  last_address: string;
}

export interface TokenTableProps<T extends Used> {
  tokens: readonly T[];
  label: string;
  /** What tells one from another, by the heads of their columns. */
  columns: readonly (readonly [head: string, cell: (token: T) => ReactNode])[];
  /** What can be done with one; `lives`: it is neither over nor replaced. */
  actions: (token: T, lives: boolean) => ReactNode;
}

/** Tokens: which they are, until when each is good, and when and where it was used last. */
export function TokenTable<T extends Used>({
  tokens,
  label,
  columns,
  actions,
}: TokenTableProps<T>) {
  const { t } = useTranslation();
  return (
    <Table variant="compact" className="cr-plain-table" aria-label={label}>
      <Thead>
        <Tr>
          {[...columns.map(([head]) => head), t("tokens.until"), t("tokens.used")].map((head) => (
            <Th key={head} modifier="wrap">
              {head}
            </Th>
          ))}
          <Th screenReaderText={t("tokens.actions")} />
        </Tr>
      </Thead>
      <Tbody>
        {tokens.map((token) => (
          <Tr key={token.id} data-token={token.id}>
            {columns.map(([head, cell]) => (
              <Td key={head} dataLabel={head}>
                {cell(token)}
              </Td>
            ))}
            <UseCells {...token} />
            <Td>
              <div className="cr-actions">
                {actions(token, !isOver(token) && token.replaced === null)}
              </div>
            </Td>
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}

const isOver = ({ expires }: Used) => expires <= serverNow();

function UseCells(token: Used) {
  const { t } = useTranslation();
  const { expires, replaced, last_used, last_address } = token;
  const over = isOver(token);
  return (
    <>
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
    </>
  );
}
