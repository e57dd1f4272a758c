import { FormGroup, TextInput } from "@patternfly/react-core";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { MOST } from "./search";

const PAUSE_MS = 300;

export interface QuantityProps {
  id: string;
  label: string;
  quantity: number;
  onQuantity: (quantity: number) => void;
  children?: ReactNode;
}

/** A whole number; what is none is told and changes nothing. */
export function Quantity({ id, label, quantity, onQuantity, children }: QuantityProps) {
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
    <FormGroup label={label} fieldId={id}>
      <TextInput
        id={id}
        inputMode="numeric"
        value={typed}
        validated={wrong ? "error" : "default"}
        aria-describedby={wrong ? `${id}-wrong` : undefined}
        onChange={(_, text) => setTyped(text)}
      />
      {wrong && (
        <p id={`${id}-wrong`} role="alert" className="cr-muted">
          {t("plans.wrong")}
        </p>
      )}
      {children}
    </FormGroup>
  );
}
