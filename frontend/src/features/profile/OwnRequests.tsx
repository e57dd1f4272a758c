import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { useTranslation } from "react-i18next";
import { ActionButton } from "../../actions/ActionHost";
import type { AccessRequestView } from "../../api/generated/types.gen";
import { toProblem } from "../../api/problem";
import { askAccess, wish, withdrawRequest } from "../../asking/requests";
import { useOwnRequests } from "../../asking/useOwnRequests";
import { Raw } from "../../detail/Facts";
import { Age } from "../../format/Age";
import { scopeWords } from "../../format/scope";
import { formatExact } from "../../format/time";
import { useSession } from "../../session/session";
import { SkeletonLines } from "../../states/Skeletons";
import { Failed } from "../../states/States";
import { Status } from "../../status/Status";

/** What one asked to be let do, what became of it, and the way to ask for more. */
export function OwnRequests() {
  const { t } = useTranslation();
  const place = `org/${useSession()?.organisation ?? ""}`;
  const { data, error, refetch } = useOwnRequests();
  return (
    <>
      <p>{t(data?.length === 0 ? "ask.none" : "ask.own")}</p>
      <div className="cr-actions">
        <ActionButton action={askAccess} target={{ kind: "", verb: "", place }} name="" />
      </div>
      {!data && !error && <SkeletonLines />}
      {error && <Failed problem={toProblem(error)} onRetry={() => void refetch()} />}
      {data && data.length > 0 && (
        <Table variant="compact" className="cr-plain-table" aria-label={t("ask.tab")}>
          <Thead>
            <Tr>
              <Th modifier="wrap">{t("ask.what")}</Th>
              <Th modifier="wrap">{t("ask.where")}</Th>
              <Th modifier="wrap">{t("ask.state")}</Th>
              <Th modifier="wrap">{t("ask.asked")}</Th>
              <Th modifier="wrap">{t("ask.answer")}</Th>
              <Th screenReaderText={t("tokens.actions")} />
            </Tr>
          </Thead>
          <Tbody>
            {data.map((request) => (
              <Line key={request.id} request={request} />
            ))}
          </Tbody>
        </Table>
      )}
    </>
  );
}

function Line({ request }: { request: AccessRequestView }) {
  const { t } = useTranslation();
  const { scope, reason, state, created, expires, decided_by: by, answer } = request;
  return (
    <Tr data-request={state}>
      <Td dataLabel={t("ask.what")}>
        <Raw>{wish(request)}</Raw>
        <div className="cr-muted" translate="no">
          {reason}
        </div>
      </Td>
      <Td dataLabel={t("ask.where")} title={scope}>
        {scopeWords(scope, t)}
      </Td>
      <Td dataLabel={t("ask.state")}>
        <Status word={state} />
        {expires !== null && (
          <div className="cr-muted">
            {t("ask.until")} {formatExact(expires)}
          </div>
        )}
      </Td>
      <Td dataLabel={t("ask.asked")}>
        <Age at={created} />
      </Td>
      <Td dataLabel={t("ask.answer")}>
        {state !== "Withdrawn" && <Raw>{by}</Raw>}
        {answer && <div translate="no">{answer}</div>}
      </Td>
      <Td>
        <div className="cr-actions">
          {state === "Pending" && (
            <ActionButton action={withdrawRequest} target={request} name={wish(request)} />
          )}
        </div>
      </Td>
    </Tr>
  );
}
