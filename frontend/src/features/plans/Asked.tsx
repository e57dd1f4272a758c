import { Button, Checkbox, FormGroup, TextInput } from "@patternfly/react-core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { PlanView } from "../../api/generated/types.gen";
import { formatNumber } from "../../format/numbers";
import { MOST } from "./search";

export interface AskedProps {
  plans: readonly PlanView[];
  quantity: number;
  /** How many there are here; null where nobody counted. */
  owned: number | null;
  chosen: readonly string[];
  onQuantity: (quantity: number) => void;
  onChosen: (versions: readonly string[]) => void;
}

const PAUSE_MS = 300;

/** How many, and by which plans. */
export function Asked({ plans, quantity, owned, chosen, onQuantity, onChosen }: AskedProps) {
  const { t } = useTranslation();
  const versions = plans.flatMap(({ title, versions }) =>
    versions.map(({ id }) => ({ title, id })),
  );
  return (
    <>
      <FormGroup label={t("plans.howMany")} fieldId="cr-plans-quantity">
        <Quantity key={quantity} quantity={quantity} onQuantity={onQuantity} />
        {owned !== null && (
          <Button
            variant="link"
            isInline
            isDisabled={owned === quantity}
            onClick={() => onQuantity(owned)}
          >
            {t("plans.owned", { shown: formatNumber(owned) })}
          </Button>
        )}
      </FormGroup>
      <FormGroup role="group" label={t("plans.by")} fieldId="cr-plans-by" isStack>
        {versions.map(({ title, id }) => (
          <Checkbox
            key={id}
            id={`cr-plans-${id}`}
            label={
              <span translate="no">
                {title} <span className="cr-muted">{id}</span>
              </span>
            }
            isChecked={chosen.includes(id)}
            onChange={(_, on) =>
              onChosen(on ? [...chosen, id] : chosen.filter((other) => other !== id))
            }
          />
        ))}
      </FormGroup>
    </>
  );
}

/** A whole number; what is none is told and changes nothing. */
function Quantity({ quantity, onQuantity }: Pick<AskedProps, "quantity" | "onQuantity">) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState(String(quantity));
  const value = /^\d{1,8}$/.test(typed.trim()) ? Number(typed) : Number.NaN;
  const wrong = !(value <= MOST);
  useEffect(() => {
    if (wrong || value === quantity) return;
    const timer = setTimeout(() => onQuantity(value), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [value, wrong, quantity, onQuantity]);
  return (
    <>
      <TextInput
        id="cr-plans-quantity"
        inputMode="numeric"
        value={typed}
        validated={wrong ? "error" : "default"}
        aria-describedby={wrong ? "cr-plans-wrong" : undefined}
        onChange={(_, text) => setTyped(text)}
      />
      {wrong && (
        <p id="cr-plans-wrong" role="alert" className="cr-muted">
          {t("plans.wrong")}
        </p>
      )}
    </>
  );
}
