import { Button, Progress, ProgressMeasureLocation } from "@patternfly/react-core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ActionButton } from "../actions/ActionHost";
import type { ComponentView } from "../api/generated/types.gen";
import { Age } from "../format/Age";
import { toUnix } from "../format/time";
import { Status } from "../status/Status";
import type { Tone } from "../status/tone";
import { ComponentLog } from "./ComponentLog";
import { retryComponent } from "./retrying";

const TONES: Record<ComponentView["state"], Tone> = {
  waiting: "off",
  building: "busy",
  starting: "busy",
  ready: "ok",
  unresponsive: "bad",
  restarting: "warn",
  failed: "bad",
  stopped: "off",
};

/** Each component of the local stack: how far it is, or why it is not. */
export function ComponentList({ components }: { components: readonly ComponentView[] }) {
  const [open, setOpen] = useState<string | null>(null);
  return (
    <ul className="cr-components">
      {components.map((component) => (
        <li key={component.name} data-component={component.name} data-state={component.state}>
          <ComponentLine
            component={component}
            logOpen={open === component.name}
            onLog={() => setOpen(open === component.name ? null : component.name)}
          />
          {open === component.name && <ComponentLog name={component.name} />}
        </li>
      ))}
    </ul>
  );
}

interface LineProps {
  component: ComponentView;
  logOpen: boolean;
  onLog: () => void;
}

function ComponentLine({ component, logOpen, onLog }: LineProps) {
  const { t } = useTranslation();
  const { title, state, progress, detail, reason, version, endpoint, restarts } = component;
  const since = toUnix(component.since);
  return (
    <div className="cr-component">
      <span className="cr-component-title">
        <strong translate="no">{title}</strong>
        {version && (
          <span className="cr-muted" translate="no">
            {version}
          </span>
        )}
      </span>
      <Status word={t(`componentState.${state}`)} tone={TONES[state]} />
      <span className="cr-component-detail">
        {state === "building" && progress !== null ? (
          <Progress
            value={Math.round(progress * 100)}
            size="sm"
            measureLocation={ProgressMeasureLocation.outside}
            aria-label={t("stack.progressOf", { name: title })}
          />
        ) : null}
        <span translate="no" className={reason ? "cr-component-reason" : "cr-muted"}>
          {reason ?? (detail || (state === "ready" ? endpoint : ""))}
        </span>
      </span>
      <span className="cr-component-end cr-muted">
        {restarts > 0 && t("stack.restarts", { count: restarts })}{" "}
        {since !== null && <Age at={since} />}
        {state === "failed" && (
          <ActionButton action={retryComponent} target={component} name={title} />
        )}
        {component.log && (
          <Button variant="link" size="sm" isInline onClick={onLog} aria-expanded={logOpen}>
            {logOpen ? t("stack.hideLog") : t("stack.showLog")}
          </Button>
        )}
      </span>
    </div>
  );
}
