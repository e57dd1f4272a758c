import { ActionGroup, Button } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";

export interface FormButtonsProps {
  saving: boolean;
  testing: boolean;
  /** The last save was refused because the test failed: it can be saved anyway. */
  untested: boolean;
  saveWords: string;
  onTest: () => void;
  onSave: (untested: boolean) => void;
  onCancel: () => void;
}

/** Test, save, save although the test failed, cancel. */
export function FormButtons(props: FormButtonsProps) {
  const { t } = useTranslation();
  const { saving, testing } = props;
  const busy = saving || testing;
  return (
    <ActionGroup>
      <Button type="submit" isDisabled={busy} isLoading={saving}>
        {props.saveWords}
      </Button>
      <Button variant="secondary" isDisabled={busy} isLoading={testing} onClick={props.onTest}>
        {t("connections.test.do")}
      </Button>
      {props.untested && (
        <Button variant="secondary" isDisabled={busy} onClick={() => props.onSave(true)}>
          {t("connections.saveUntested")}
        </Button>
      )}
      <Button variant="link" onClick={props.onCancel}>
        {t("connections.cancel")}
      </Button>
    </ActionGroup>
  );
}
