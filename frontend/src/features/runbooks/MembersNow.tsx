import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { useTranslation } from "react-i18next";
import type { MemberSeen } from "../../api/generated/types.gen";
import { formatBytes } from "../../format/numbers";
import { Status } from "../../status/Status";

const bytes = (count: number | null) => (count === null ? "–" : formatBytes(count));

/** The members as they say they are at this moment. */
export function MembersNow({ members }: { members: readonly MemberSeen[] }) {
  const { t } = useTranslation();
  return (
    <Table
      variant="compact"
      className="cr-plain-table"
      aria-label={t("runbook.members")}
      gridBreakPoint="grid-md"
    >
      <Thead>
        <Tr>
          <Th>{t("runbook.member")}</Th>
          <Th>{t("runbook.role")}</Th>
          <Th>{t("runbook.fileSize")}</Th>
          <Th>{t("runbook.inUse")}</Th>
          <Th>{t("runbook.quota")}</Th>
          <Th>{t("runbook.lag")}</Th>
        </Tr>
      </Thead>
      <Tbody>
        {members.map(({ id, name, role, answers, size, in_use, quota, lag }) => (
          <Tr key={id}>
            <Td dataLabel={t("runbook.member")} translate="no">
              {name || id}
            </Td>
            <Td dataLabel={t("runbook.role")}>
              {answers ? <Status word={role} /> : <Status word={t("runbook.silent")} tone="bad" />}
            </Td>
            <Td dataLabel={t("runbook.fileSize")}>{bytes(size)}</Td>
            <Td dataLabel={t("runbook.inUse")}>{bytes(in_use)}</Td>
            <Td dataLabel={t("runbook.quota")}>{bytes(quota)}</Td>
            <Td dataLabel={t("runbook.lag")}>
              {lag === null ? "–" : t("runbook.lagging", { count: lag })}
            </Td>
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}
