import { Button } from "@patternfly/react-core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { readHealthQueryKey } from "../../api/generated/@tanstack/react-query.gen";
import { compareMembers } from "../../api/generated/sdk.gen";
import type { SignalView } from "../../api/generated/types.gen";
import { toProblem } from "../../api/problem";
import { Raw } from "../../detail/Facts";
import { formatClock, formatExact } from "../../format/time";
import { Status } from "../../status/Status";
import { VERDICT_TONES } from "./signals";

/** Whether the members hold the same data, and the means to have them compared now. */
export function Comparison({ etcd, signal }: { etcd: string; signal: SignalView }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const store = { path: { name: etcd } };
  const compare = useMutation({
    mutationFn: () => compareMembers(store),
    onSettled: () => queryClient.invalidateQueries({ queryKey: readHealthQueryKey(store) }),
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
