import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { useTranslation } from "react-i18next";
import type { ConditionView } from "../../api/generated/types.gen";
import { Section } from "../../detail/Section";
import { Age } from "../../format/Age";
import { Status } from "../../status/Status";
import { byConcern, conditionTone } from "./conditions";

/** What the controllers say of the object, troubles first. */
export function Conditions({ conditions }: { conditions: readonly ConditionView[] }) {
  const { t } = useTranslation();
  if (conditions.length === 0) return null;
  return (
    <Section title={t("detail.conditions")}>
      <Table
        variant="compact"
        className="cr-plain-table"
        aria-label={t("detail.conditions")}
        gridBreakPoint="grid-md"
      >
        <Thead>
          <Tr>
            <Th width={20}>{t("detail.condition")}</Th>
            <Th width={15}>{t("detail.holds")}</Th>
            <Th>{t("detail.why")}</Th>
            <Th width={10} className="cr-right">
              {t("detail.since")}
            </Th>
          </Tr>
        </Thead>
        <Tbody>
          {byConcern(conditions).map((condition) => (
            <Tr key={condition.type}>
              <Td dataLabel={t("detail.condition")} translate="no">
                {condition.type}
              </Td>
              <Td
                dataLabel={t("detail.holds")}
                {...(condition.good === null ? { title: t("detail.notJudged") } : {})}
              >
                <Status word={condition.status} tone={conditionTone(condition)} />
              </Td>
              <Td dataLabel={t("detail.why")} translate="no">
                {[condition.reason, condition.message].filter(Boolean).join(": ") || "–"}
              </Td>
              <Td dataLabel={t("detail.since")} className="cr-right">
                {condition.since ? <Age at={condition.since} /> : "–"}
              </Td>
            </Tr>
          ))}
        </Tbody>
      </Table>
    </Section>
  );
}
