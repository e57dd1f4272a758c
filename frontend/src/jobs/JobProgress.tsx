import { Progress, ProgressMeasureLocation } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";

export interface JobProgressProps {
  done: number;
  total: number;
  stage: string;
  label: string;
}

/** How far an unfinished job is; without a total only its stage is known. */
export function JobProgress({ done, total, stage, label }: JobProgressProps) {
  const { t } = useTranslation();
  if (total <= 0) return <p className="cr-muted">{stage || t("job.noProgress")}</p>;
  return (
    <Progress
      aria-label={label}
      title={stage}
      size="sm"
      value={Math.min(100, Math.round((100 * done) / total))}
      measureLocation={ProgressMeasureLocation.outside}
    />
  );
}
