import { Button } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import { toProblem } from "../api/problem";
import { useCancelJob } from "./useCancelJob";

/** Cancels one job; says why when that is refused. */
export function CancelJob({ id, title }: { id: string; title: string }) {
  const { t } = useTranslation();
  const cancel = useCancelJob(id);
  return (
    <>
      <Button
        variant="secondary"
        size="sm"
        isLoading={cancel.isPending}
        isDisabled={cancel.isPending}
        aria-label={t("job.cancelNamed", { title })}
        onClick={() => cancel.mutate()}
      >
        {t("job.cancel")}
      </Button>
      {cancel.error && (
        <p role="alert" className="cr-muted">
          {toProblem(cancel.error).detail ?? toProblem(cancel.error).title}
        </p>
      )}
    </>
  );
}
