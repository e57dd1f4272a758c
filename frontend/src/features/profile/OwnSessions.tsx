import { Label } from "@patternfly/react-core";
import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ActionButton } from "../../actions/ActionHost";
import { listSessionsOptions } from "../../api/generated/@tanstack/react-query.gen";
import type { OpenSession } from "../../api/generated/types.gen";
import { toProblem } from "../../api/problem";
import { Raw } from "../../detail/Facts";
import { Age } from "../../format/Age";
import { deviceOf } from "../../format/device";
import { SkeletonLines } from "../../states/Skeletons";
import { Failed } from "../../states/States";
import { endOthers, endOwn } from "./sessions";

/** Where one is signed in, and how to end it there. */
export function OwnSessions() {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(listSessionsOptions());
  return (
    <>
      <p>{t("sessions.sentence")}</p>
      {data && data.length > 1 && (
        <div className="cr-actions">
          <ActionButton action={endOthers} target={null} name="" />
        </div>
      )}
      {!data && !error && <SkeletonLines />}
      {error && <Failed problem={toProblem(error)} onRetry={() => void refetch()} />}
      {data && (
        <Table variant="compact" className="cr-plain-table" aria-label={t("profile.sessions")}>
          <Thead>
            <Tr>
              <Th modifier="wrap">{t("sessions.device")}</Th>
              <Th modifier="wrap">{t("sessions.used")}</Th>
              <Th modifier="wrap">{t("sessions.begun")}</Th>
              <Th modifier="wrap">{t("sessions.until")}</Th>
              <Th screenReaderText={t("tokens.actions")} />
            </Tr>
          </Thead>
          <Tbody>
            {data.map((session) => (
              <SessionLine key={session.id} session={session} />
            ))}
          </Tbody>
        </Table>
      )}
    </>
  );
}

function SessionLine({ session }: { session: OpenSession }) {
  const { t } = useTranslation();
  const { id, agent, current, created, last_seen, address, last_address, method, expires } =
    session;
  const device = deviceOf(agent);
  return (
    <Tr>
      <Td dataLabel={t("sessions.device")} title={agent}>
        <Raw>{device}</Raw> {current && <Label isCompact>{t("sessions.current")}</Label>}
      </Td>
      <Td dataLabel={t("sessions.used")}>
        <Age at={last_seen} /> <Raw>{last_address}</Raw>
      </Td>
      <Td dataLabel={t("sessions.begun")}>
        <Age at={created} /> <Raw>{address}</Raw>{" "}
        <span className="cr-muted">{t("sessions.by", { method })}</span>
      </Td>
      <Td dataLabel={t("sessions.until")}>
        <Age at={expires} />
      </Td>
      <Td>
        <div className="cr-actions">
          {!current && <ActionButton action={endOwn} target={id} name={device} />}
        </div>
      </Td>
    </Tr>
  );
}
