import { FormGroup, Radio, ToggleGroup, ToggleGroupItem } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import { Raw } from "../../detail/Facts";
import type { KindView, WayView } from "./api";

/** Which kind of system. */
export function KindChoice({
  kinds,
  chosen,
  onChoose,
}: {
  kinds: readonly KindView[];
  chosen: string;
  onChoose: (kind: string) => void;
}) {
  const { t } = useTranslation();
  return (
    <FormGroup label={t("connections.system")} role="group" fieldId="cr-kind">
      <ToggleGroup aria-label={t("connections.system")}>
        {kinds.map(({ kind, title }) => (
          <ToggleGroupItem
            key={kind}
            text={<Raw>{title}</Raw>}
            buttonId={`cr-kind-${kind}`}
            isSelected={kind === chosen}
            onChange={() => kind !== chosen && onChoose(kind)}
          />
        ))}
      </ToggleGroup>
    </FormGroup>
  );
}

/** Which way to connect it; nothing to ask where there is one. */
export function WayChoice({
  ways,
  chosen,
  onChoose,
}: {
  ways: readonly WayView[];
  chosen: string;
  onChoose: (way: string) => void;
}) {
  const { t } = useTranslation();
  if (ways.length < 2)
    return (
      <p className="cr-form-note">
        <Raw>{ways[0]?.help}</Raw>
      </p>
    );
  return (
    <FormGroup label={t("connections.way")} role="radiogroup" fieldId="cr-way">
      {ways.map(({ id, title, help }) => (
        <Radio
          key={id}
          id={`cr-way-${id}`}
          name="cr-way"
          label={<Raw>{title}</Raw>}
          description={<Raw>{help}</Raw>}
          isChecked={id === chosen}
          onChange={() => onChoose(id)}
        />
      ))}
    </FormGroup>
  );
}
