import { Label } from "@patternfly/react-core";
import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { useTranslation } from "react-i18next";
import type { StepView } from "../../api/generated/types.gen";
import { Age } from "../../format/Age";
import { formatNumber } from "../../format/numbers";

/** The build steps in order; those without a layer changed the configuration only. */
export function History({ steps }: { steps: readonly StepView[] }) {
  const { t } = useTranslation();
  return (
    <Table
      variant="compact"
      className="cr-plain-table"
      aria-label={t("image.history")}
      gridBreakPoint="grid-md"
    >
      <Thead>
        <Tr>
          <Th width={10} className="cr-right">
            {t("image.step")}
          </Th>
          <Th>{t("image.madeBy")}</Th>
          <Th width={10} className="cr-right">
            {t("detail.created")}
          </Th>
        </Tr>
      </Thead>
      <Tbody>
        {steps.map((step, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: steps have no other identity
          <Tr key={index}>
            <Td dataLabel={t("image.step")} className="cr-right" translate="no">
              {formatNumber(index + 1)}
            </Td>
            <Td dataLabel={t("image.madeBy")}>
              <code className="cr-step" translate="no">
                {step.created_by || step.comment}
              </code>{" "}
              {step.empty && (
                <Label isCompact variant="outline">
                  {t("image.noLayer")}
                </Label>
              )}
            </Td>
            <Td dataLabel={t("detail.created")} className="cr-right">
              {step.created === null ? "–" : <Age at={step.created} />}
            </Td>
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}
