import { useTranslation } from "react-i18next";
import type { Problem } from "../../api/problem";
import { Notice } from "../../states/Notice";
import type { LineFault } from "./TextEditor";

/** The lines that a refusal names. */
export const faultsOfProblem = ({ errors }: Problem): readonly LineFault[] =>
  (errors ?? []).flatMap(({ field, message, line }) =>
    line ? [{ line, message: told(field, message) }] : [],
  );

/** With its field, where that is one of the object and not told already. */
const told = (field: string, message: string) =>
  field.includes(".") && !message.includes(field) ? `${field}: ${message}` : message;

/** What is wrong, each with its line; the text marks them too. */
export function Faults({ faults }: { faults: readonly LineFault[] }) {
  const { t } = useTranslation();
  return (
    <Notice tone="danger" live title={t("editing.refused", { count: faults.length })}>
      <ul className="cr-list" translate="no">
        {faults.slice(0, 10).map(({ line, message }) => (
          <li key={`${line} ${message}`}>{t("editing.atLine", { line, message })}</li>
        ))}
      </ul>
    </Notice>
  );
}
