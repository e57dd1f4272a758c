import "../../../i18n/operate";
import { Button } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import { useStart } from "../../../actions/ActionHost";
import type { ObjectPath } from "../../../kube/objectRow";
import { debug } from "../../../kube/operate/debug";
import { operatedOf } from "../../../kube/operate/operated";

/** Starts a debug container in the pod a terminal is to be opened in. */
export function DebugButton({ path }: { path: ObjectPath }) {
  const { t } = useTranslation();
  const start = useStart();
  return (
    <Button variant="link" onClick={() => start(debug, operatedOf(path), path.name)}>
      {t("terminal.debugDo")}
    </Button>
  );
}
