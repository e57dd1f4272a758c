import { Button, Checkbox, FormGroup } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import type { PlanView } from "../../api/generated/types.gen";
import { formatNumber } from "../../format/numbers";
import { Quantity } from "./Quantity";

export interface AskedProps {
  plans: readonly PlanView[];
  quantity: number;
  /** How many there are here; null where nobody counted. */
  owned: number | null;
  chosen: readonly string[];
  onQuantity: (quantity: number) => void;
  onChosen: (versions: readonly string[]) => void;
}

/** How many, and by which plans. */
export function Asked({ plans, quantity, owned, chosen, onQuantity, onChosen }: AskedProps) {
  const { t } = useTranslation();
  const versions = plans.flatMap(({ title, versions }) =>
    versions.map(({ id }) => ({ title, id })),
  );
  return (
    <>
      <Quantity
        key={quantity}
        id="cr-plans-quantity"
        label={t("plans.howMany")}
        quantity={quantity}
        onQuantity={onQuantity}
      >
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
      </Quantity>
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
