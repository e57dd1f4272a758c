import { useTranslation } from "react-i18next";
import type { Made, Making } from "../../api/generated/types.gen";
import { AppLink } from "../../shell/AppLink";
import { Status } from "../../status/Status";
import type { Tone } from "../../status/tone";

const TONES: Readonly<Record<string, Tone>> = {
  created: "ok",
  valid: "ok",
  later: "off",
  exists: "warn",
  refused: "bad",
  failed: "bad",
  unsent: "warn",
};

/** What came of each object, or would: with the line it begins in, and where it is now. */
export function MadeObjects({ made }: { made: Making }) {
  const { t } = useTranslation();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys
    <div className="cr-made" role="region" aria-label={t("editing.result")} tabIndex={0}>
      <table className="cr-plain-table" aria-live="polite">
        <thead>
          <tr>
            <th scope="col">{t("editing.object")}</th>
            <th scope="col">{t("editing.result")}</th>
          </tr>
        </thead>
        <tbody>
          {made.objects.map((one) => (
            <MadeRow key={one.number} made={one} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function MadeRow({ made }: { made: Made }) {
  const { t } = useTranslation();
  const { kind, name, namespace, outcome, message, errors, warnings, href } = made;
  const words = `${kind} ${namespace ? `${namespace}/` : ""}${name}`;
  const told = [...(errors.length > 0 ? errors.map(lineOf) : [message]), ...warnings];
  return (
    <tr data-outcome={outcome}>
      <th scope="row" translate="no">
        {href ? <AppLink href={href}>{words}</AppLink> : words}
      </th>
      <td>
        <Status
          word={t(`editing.outcome.${outcome as "created"}`)}
          tone={TONES[outcome] ?? "unknown"}
        />
        {told.filter(Boolean).map((sentence) => (
          <p key={sentence} className="cr-muted" translate="no">
            {sentence}
          </p>
        ))}
      </td>
    </tr>
  );

  function lineOf({ line, message: why }: { line?: number | null; message: string }) {
    return line ? t("editing.atLine", { line, message: why }) : why;
  }
}
