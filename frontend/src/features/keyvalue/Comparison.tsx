import { Button } from "@patternfly/react-core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { request } from "../../api/http";
import { toProblem } from "../../api/problem";
import { Raw } from "../../detail/Facts";
import { formatClock, formatExact } from "../../format/time";
import { Status } from "../../status/Status";
import { VERDICT_TONES } from "./signals";
import type { Signal } from "./types";

/** Whether the members hold the same data, and the means to have them compared now. */
export function Comparison({ etcd, signal }: { etcd: string; signal: Signal }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const path = `etcd/${encodeURIComponent(etcd)}`;
  const compare = useMutation({
    mutationFn: () => request<unknown>(`${path}/comparison`, { method: "POST" }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["detail", path] }),
  });
  const problem = compare.error ? toProblem(compare.error) : null;
  return (
    <>
      <Status word={signal.words} tone={VERDICT_TONES[signal.status]} />{" "}
      {signal.at !== null && (
        <span className="cr-muted">
          {t("etcd.comparedAt")}{" "}
          <time title={formatExact(signal.at)} translate="no">
            {formatClock(signal.at)}
          </time>
        </span>
      )}{" "}
      <Button
        variant="link"
        isInline
        isDisabled={compare.isPending}
        onClick={() => compare.mutate()}
      >
        {compare.isPending ? t("etcd.comparing") : t("etcd.compare")}
      </Button>
      {problem && (
        <div role="alert">
          <Raw>{problem.detail ?? problem.title}</Raw>
        </div>
      )}
    </>
  );
}
