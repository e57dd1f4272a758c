import { useTranslation } from "react-i18next";
import type { StepPlan, StepRun } from "../../api/generated/types.gen";
import { ToneIcon } from "../../status/Status";
import type { Tone } from "../../status/tone";
import { Checks } from "./Checks";
import { Command } from "./Command";

const TONES: Record<StepRun["state"], Tone> = {
  waiting: "off",
  running: "busy",
  done: "ok",
  failed: "bad",
  stopped: "warn",
};

const isRun = (step: StepPlan | StepRun): step is StepRun => "state" in step;
const isOpen = (step: StepPlan | StepRun) => !isRun(step) || step.state !== "done";

/** The steps in their order: what each does, what must be so first, what came of it. */
export function Steps({ steps }: { steps: readonly (StepPlan | StepRun)[] }) {
  const next = steps.find(isOpen)?.name;
  return (
    <ol className="cr-runbook-steps">
      {steps.map((step) => (
        <Step key={step.name} step={step} next={step.name === next} />
      ))}
    </ol>
  );
}

function Step({ step, next }: { step: StepPlan | StepRun; next: boolean }) {
  const { t } = useTranslation();
  const run = isRun(step) ? step : undefined;
  const failed = run?.state === "failed" || run?.state === "stopped";
  return (
    <li data-step={run?.state ?? "planned"}>
      <h3 className="cr-runbook-step">
        <span translate="no">{step.title}</span>
        {run && (
          <span className={`cr-status cr-tone-${TONES[run.state]}`}>
            <ToneIcon tone={TONES[run.state]} /> {t(`runbook.step.${run.state}`)}
          </span>
        )}
      </h3>
      {run?.told ? (
        <p translate="no">{run.told}</p>
      ) : (
        <p className="cr-muted" translate="no">
          {step.words}
        </p>
      )}
      {run?.error && (
        <p className="cr-final" translate="no">
          {run.error}
        </p>
      )}
      {step.command && isOpen(step) && <Command text={step.command} />}
      {isOpen(step) && <Checks checks={step.checks} next={next} />}
      {(failed || (!run && step.on_failure)) && (
        <p className={failed ? undefined : "cr-muted"}>
          {t("runbook.ifFails")}: <span translate="no">{step.on_failure}</span>
        </p>
      )}
    </li>
  );
}
