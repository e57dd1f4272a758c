import { useTranslation } from "react-i18next";
import { Notice } from "../../../states/Notice";
import type { TerminalState } from "./useTerminal";

/** How it ended, in a sentence. */
export function End({ state: { stage, ended } }: { state: TerminalState }) {
  const { t } = useTranslation();
  if (stage !== "ended" || !ended) return null;
  const { reason, code, message } = ended;
  const fine = reason === "closed" || reason === "left" || (reason === "exited" && code === 0);
  return (
    <Notice
      tone={fine ? "success" : "info"}
      live
      data-reason={reason}
      title={t(`terminal.end.${reason === "left" ? "closed" : reason}`, {
        code: code ?? 0,
        message: message ?? "",
      })}
    />
  );
}
