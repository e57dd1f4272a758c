import AngleDownIcon from "@patternfly/react-icons/dist/esm/icons/angle-down-icon";
import AngleRightIcon from "@patternfly/react-icons/dist/esm/icons/angle-right-icon";
import { type ReactNode, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Tag } from "../../../overlay/Tag";
import { WhoGrants } from "../../../states/WhoGrants";
import { ToneIcon } from "../../../status/Status";
import type { Step } from "./steps";

interface StepCardProps extends Step {
  number: number;
  /** How it stands, in a few words. */
  says: string;
  /** What can be done about it. */
  children: ReactNode;
}

/**
 * One step: how it stands in a line; why it matters and what to do under it. The next one is open.
 * It stays so once it is done, as long as the page is shown: whoever did it is still there.
 */
export function StepCard({ id, state, number, says, children }: StepCardProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<boolean | null>(null);
  const body = useId();
  const next = state === "next";
  if (next && open === null) setOpen(true);
  const Arrow = open ? AngleDownIcon : AngleRightIcon;
  return (
    <li
      className="cr-start-step"
      data-step={id}
      data-state={state}
      aria-current={next ? "step" : undefined}
    >
      <h2>
        <button
          type="button"
          className="cr-start-step-fold"
          aria-expanded={open === true}
          aria-controls={body}
          onClick={() => setOpen(!open)}
        >
          <span className="cr-start-step-mark" aria-hidden="true">
            {state === "done" ? <ToneIcon tone="ok" /> : number}
          </span>
          <span className="cr-start-step-title">
            <span>{t(`start.${id}.title`)}</span>{" "}
            {next ? (
              <Tag color="blue">{t("start.mark.next")}</Tag>
            ) : (
              <span className="pf-v6-screen-reader">{t(`start.mark.${state}`)}</span>
            )}
          </span>{" "}
          <span className="cr-start-step-says">{says}</span>
          <Arrow aria-hidden="true" />
        </button>
      </h2>
      <div id={body} className="cr-start-step-body" hidden={!open}>
        <p>{t(`start.${id}.why`)}</p>
        {state === "denied" && (
          <p>
            {t("start.cannot")} <WhoGrants />
          </p>
        )}
        {children}
      </div>
    </li>
  );
}
