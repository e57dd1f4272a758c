import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { useTranslation } from "react-i18next";
import type { JobStepView } from "../../api/generated/types.gen";
import { Raw } from "../../detail/Facts";
import { formatClock, formatExact } from "../../format/time";
import { Status } from "../../status/Status";

/** The steps that were begun, in their order. */
export function JobSteps({ steps }: { steps: readonly JobStepView[] }) {
  const { t } = useTranslation();
  if (steps.length === 0) return <p className="cr-muted">{t("job.noSteps")}</p>;
  return (
    <Table variant="compact" aria-label={t("job.steps")}>
      <Thead>
        <Tr>
          <Th>{t("job.step")}</Th>
          <Th>{t("job.state")}</Th>
          <Th>{t("job.attempt")}</Th>
          <Th>{t("job.begun")}</Th>
          <Th>{t("job.reason")}</Th>
        </Tr>
      </Thead>
      <Tbody>
        {steps.map((step) => (
          <Tr key={`${step.phase} ${step.name}`}>
            <Td dataLabel={t("job.step")}>
              <Raw>{step.phase === "undo" ? t("job.undo", { name: step.name }) : step.name}</Raw>
            </Td>
            <Td dataLabel={t("job.state")}>
              <Status word={step.state} />
            </Td>
            <Td dataLabel={t("job.attempt")}>{step.attempts}</Td>
            <Td dataLabel={t("job.begun")}>
              <time title={formatExact(step.started)}>{formatClock(step.started)}</time>
            </Td>
            <Td dataLabel={t("job.reason")}>
              <Raw>{step.error}</Raw>
            </Td>
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}
