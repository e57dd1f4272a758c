import { Button } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import { Notice } from "../../../states/Notice";
import type { TerminalState } from "./useTerminal";

export interface StateProps {
  state: TerminalState;
  onStay: () => void;
  onClose: () => void;
}

/** Where an open terminal is, as whom, since when; and that it closes soon. */
export function State({ state, onStay, onClose }: StateProps) {
  const { t } = useTranslation();
  const { stage, asked, opened, idle } = state;
  if (stage === "opening") return <p role="status">{t("terminal.opening")}</p>;
  if (stage !== "open" || !asked || !opened) return null;
  const time = new Date(opened.at * 1000).toLocaleTimeString();
  return (
    <>
      <p className="cr-terminal-state" role="status">
        <span translate="no">{`${asked.pod} · ${opened.container}`}</span>
        {" · "}
        {opened.user ? t("terminal.as", { user: opened.user }) : t("terminal.asConsole")}
        {" · "}
        {t("terminal.since", { time })}{" "}
        <Button variant="link" isInline onClick={onClose}>
          {t("terminal.close")}
        </Button>
      </p>
      {state.again && <p className="cr-muted">{t("terminal.newOne")}</p>}
      {!opened.protocol.startsWith("v5") && <p className="cr-muted">{t("terminal.protocol")}</p>}
      {idle !== null && (
        <Notice
          tone="warning"
          live
          title={t("terminal.idle", { seconds: Math.round(idle) })}
          action={
            <Button variant="link" isInline onClick={onStay}>
              {t("terminal.stay")}
            </Button>
          }
        />
      )}
    </>
  );
}
