import { Form, FormGroup, FormSelect, FormSelectOption, TextInput } from "@patternfly/react-core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { previewChangeOptions } from "../../api/generated/@tanstack/react-query.gen";
import type { Interval, PlanView } from "../../api/generated/types.gen";
import { toProblem } from "../../api/problem";
import { Failed } from "../../states/States";
import { Changed } from "./Changed";
import { Quantity } from "./Quantity";
import { INTERVALS } from "./search";
import type { Changing as Asked } from "./useChanging";

export interface ChangingProps {
  plans: readonly PlanView[];
  asked: Asked;
  onAsked: (changes: Partial<Asked>) => void;
}

/** What it costs to change from one plan to another in the midst of a period. */
export function Changing({ plans, asked, onAsked }: ChangingProps) {
  const { t } = useTranslation();
  const { version, quantity, every, toVersion, toQuantity, toEvery, on, began } = asked;
  const preview = useQuery({
    ...previewChangeOptions({
      query: {
        version,
        quantity,
        every,
        to_version: toVersion,
        to_quantity: toQuantity,
        to_every: toEvery,
        on,
        began,
      },
    }),
    enabled: version !== "" && toVersion !== "",
    placeholderData: keepPreviousData,
    retry: false,
  });
  return (
    <section className="cr-panel-box" aria-labelledby="cr-plans-changing">
      <h2 id="cr-plans-changing">{t("plans.changing")}</h2>
      <Form className="cr-plans-change" onSubmit={(event) => event.preventDefault()}>
        <fieldset>
          <legend>{t("plans.changeFrom")}</legend>
          <Version
            id="cr-change-from"
            plans={plans}
            version={version}
            onVersion={(id) => onAsked({ version: id })}
          />
          <Quantity
            key={`from ${quantity}`}
            id="cr-change-quantity"
            label={t("plans.howMany")}
            quantity={quantity}
            onQuantity={(value) => onAsked({ quantity: value })}
          />
          <Every id="cr-change-every" every={every} onEvery={(one) => onAsked({ every: one })} />
          <Day
            id="cr-change-began"
            label={t("plans.began")}
            day={began}
            onDay={(day) => onAsked({ began: day })}
          />
        </fieldset>
        <fieldset>
          <legend>{t("plans.changeTo")}</legend>
          <Version
            id="cr-change-to"
            plans={plans}
            version={toVersion}
            onVersion={(id) => onAsked({ toVersion: id })}
          />
          <Quantity
            key={`to ${toQuantity}`}
            id="cr-change-to-quantity"
            label={t("plans.howMany")}
            quantity={toQuantity}
            onQuantity={(value) => onAsked({ toQuantity: value })}
          />
          <Every
            id="cr-change-to-every"
            every={toEvery}
            onEvery={(one) => onAsked({ toEvery: one })}
          />
          <Day
            id="cr-change-on"
            label={t("plans.changeOn")}
            day={on}
            onDay={(day) => onAsked({ on: day })}
          />
        </fieldset>
      </Form>
      {preview.error ? (
        <Failed problem={toProblem(preview.error)} />
      ) : (
        preview.data && <Changed preview={preview.data} />
      )}
    </section>
  );
}

interface VersionProps {
  id: string;
  plans: readonly PlanView[];
  version: string;
  onVersion: (id: string) => void;
}

function Version({ id, plans, version, onVersion }: VersionProps) {
  const { t } = useTranslation();
  return (
    <FormGroup label={t("plans.plan")} fieldId={id}>
      <FormSelect id={id} value={version} onChange={(_, name) => onVersion(name)}>
        {plans.flatMap(({ title, versions }) =>
          versions.map((one) => (
            <FormSelectOption
              key={one.id}
              value={one.id}
              label={`${title} (${one.id})`}
              translate="no"
            />
          )),
        )}
      </FormSelect>
    </FormGroup>
  );
}

interface EveryProps {
  id: string;
  every: Interval;
  onEvery: (every: Interval) => void;
}

function Every({ id, every, onEvery }: EveryProps) {
  const { t } = useTranslation();
  return (
    <FormGroup label={t("plans.paid")} fieldId={id}>
      <FormSelect
        id={id}
        value={every}
        onChange={(_, name) => onEvery(INTERVALS.find((one) => one === name) ?? "month")}
      >
        {INTERVALS.map((one) => (
          <FormSelectOption key={one} value={one} label={t(`plans.every.${one}`)} />
        ))}
      </FormSelect>
    </FormGroup>
  );
}

interface DayProps {
  id: string;
  label: string;
  day: string;
  onDay: (day: string) => void;
}

function Day({ id, label, day, onDay }: DayProps) {
  return (
    <FormGroup label={label} fieldId={id}>
      <TextInput
        id={id}
        type="date"
        value={day}
        onChange={(_, value) => {
          // Cleared, or half typed: what was there holds.
          if (value) onDay(value);
        }}
      />
    </FormGroup>
  );
}
