import { Form, FormGroup, FormSelect, FormSelectOption } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import type { MeterList } from "../../api/generated/types.gen";
import { formatMonth } from "./format";
import { RULES } from "./rules";
import type { AskedUsage } from "./useAsked";

/** Which meter, which month, of what, and billed how. */
export function Asked({ meters, asked }: { meters: MeterList; asked: AskedUsage }) {
  const { t } = useTranslation();
  const { change } = asked;
  return (
    <Form className="cr-metering-ask" onSubmit={(event) => event.preventDefault()}>
      <Choice
        id="cr-metering-meter"
        label={t("metering.meter")}
        value={asked.meter}
        options={meters.items.map(({ name, title }) => [name, title])}
        onChoose={(meter) => change({ meter, by: undefined, cluster: undefined, day: undefined })}
      />
      <Choice
        id="cr-metering-month"
        label={t("metering.month")}
        value={asked.month}
        options={asked.months.map((month) => [month, formatMonth(month)])}
        onChoose={(month) => change({ month, day: undefined })}
      />
      {asked.clusters.length > 0 && (
        <Choice
          id="cr-metering-cluster"
          label={t("metering.cluster")}
          value={asked.cluster}
          options={[
            ["", t("metering.all")],
            ...asked.clusters.map((name) => [name, name] as const),
          ]}
          onChoose={(cluster) => change({ cluster: cluster || undefined })}
        />
      )}
      <Choice
        id="cr-metering-by"
        label={t("metering.by")}
        value={asked.by}
        options={Object.entries(RULES).map(([rule, word]) => [rule, t(`metering.rules.${word}`)])}
        onChoose={(by) => change({ by })}
      />
    </Form>
  );
}

interface ChoiceProps {
  id: string;
  label: string;
  value: string;
  options: readonly (readonly [value: string, label: string])[];
  onChoose: (value: string) => void;
}

function Choice({ id, label, value, options, onChoose }: ChoiceProps) {
  return (
    <FormGroup label={label} fieldId={id}>
      <FormSelect id={id} value={value} onChange={(_, chosen) => onChoose(chosen)}>
        {options.map(([one, shown]) => (
          <FormSelectOption key={one} value={one} label={shown} />
        ))}
      </FormSelect>
    </FormGroup>
  );
}
