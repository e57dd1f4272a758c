import AngleDownIcon from "@patternfly/react-icons/dist/esm/icons/angle-down-icon";
import AngleRightIcon from "@patternfly/react-icons/dist/esm/icons/angle-right-icon";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ProblemView } from "../../api/generated/types.gen";
import { KindBadge } from "../../detail/KindBadge";
import { formatNumber } from "../../format/numbers";
import { AppLink } from "../../shell/AppLink";
import { SEVERITY_TONES, ToneIcon } from "../../status/Status";
import { ProblemLine } from "./ProblemLine";
import { ProblemSince } from "./ProblemSince";

/** Many things of one kind with one cause: a line that opens to the first of them. */
export function ProblemGroup({ problem }: { problem: ProblemView }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const id = useId();
  const { severity, kind, reason, affects, link, alike, namespaces, members } = problem;
  const Arrow = open ? AngleDownIcon : AngleRightIcon;
  return (
    <>
      <div className="cr-line">
        <ToneIcon tone={SEVERITY_TONES[severity]} />
        <span className="cr-line-what">
          <KindBadge kind={kind} />
          <button
            type="button"
            className="cr-line-open"
            aria-expanded={open}
            aria-controls={id}
            onClick={() => setOpen(!open)}
          >
            <Arrow /> <span translate="no">{`${formatNumber(alike)} × ${kind}`}</span>{" "}
            {namespaces.length > 0 && t("overview.inNamespaces", { count: namespaces.length })}
          </button>
        </span>
        <span className="cr-line-why" translate="no" title={reason}>
          {reason}
        </span>
        <span className="cr-muted cr-line-affects" translate="no" title={affects}>
          {affects}
        </span>
        <span className="cr-line-end">
          <ProblemSince {...problem} />
        </span>
      </div>
      <div id={id} className="cr-line-members" hidden={!open}>
        {open && members.map((member) => <ProblemLine key={member.id} problem={member} />)}
        {open && <AppLink href={link}>{t("overview.allAlike", { count: alike })}</AppLink>}
      </div>
    </>
  );
}
