import { Radio } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import { TextDiff } from "./TextDiff";
import { useFieldName } from "./useFieldName";
import type { Clash } from "./useForm";

export interface ClashTextProps {
  clash: Clash;
  chosen: string;
  onChoose: (text: string) => void;
}

/** A long text that two people changed: what each made of what both began with, to choose from. */
export function ClashText({ clash, chosen, onChoose }: ClashTextProps) {
  const { t } = useTranslation();
  const { field, base } = clash;
  const { name } = useFieldName(field);
  return (
    <div className="cr-clash-text" role="group" aria-label={name} data-clash={field.id}>
      {(["theirs", "yours"] as const).map((which) => (
        <div key={which} className="cr-clash-side">
          <Radio
            id={`cr-clash-${field.id}-${which}`}
            name={`cr-clash-${field.id}`}
            label={t(`form.clash.keep.${which}`)}
            description={t(`form.clash.since.${which}`)}
            isChecked={chosen === clash[which]}
            onChange={() => onChoose(clash[which])}
          />
          <TextDiff before={base} after={clash[which]} label={t(`form.clash.since.${which}`)} />
        </div>
      ))}
    </div>
  );
}
