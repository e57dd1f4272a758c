import { FormGroup, FormSelect, FormSelectOption } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import type { PlanView } from "../../api/generated/types.gen";

export interface MetersProps {
  plans: readonly PlanView[];
  meter: string;
  onMeter: (meter: string) => void;
}

/** What is counted: each has plans of its own. */
export function Meters({ plans, meter, onMeter }: MetersProps) {
  const { t } = useTranslation();
  const units = new Map(plans.filter((plan) => plan.meter).map((plan) => [plan.meter, plan.unit]));
  return (
    <FormGroup label={t("plans.meter")} fieldId="cr-plans-meter">
      <FormSelect id="cr-plans-meter" value={meter} onChange={(_, name) => onMeter(name)}>
        {[...units].map(([name, unit]) => (
          <FormSelectOption key={name} value={name} label={unit} translate="no" />
        ))}
      </FormSelect>
    </FormGroup>
  );
}
