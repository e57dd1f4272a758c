import { useTranslation } from "react-i18next";
import type { Action } from "../../actions/action";
import { BASE } from "../../api/base";
import { prepareSnapshot } from "../../api/generated/sdk.gen";
import type { SnapshotPlan } from "../../api/generated/types.gen";
import { formatBytes } from "../../format/numbers";

/** A store, and what a snapshot of it would be of. */
export interface Snapped {
  etcd: string;
  plan: SnapshotPlan;
}

/** Has the browser fetch the file itself: it tells of a download that broke off. */
export const takeSnapshot: Action<Snapped> = {
  id: "runbook.snapshot",
  needs: ["etcdmember", "snapshot"],
  verb: "runbook.snapshot.do",
  title: "runbook.snapshot.title",
  body: "runbook.snapshot.body",
  draft: ({ etcd }) => `snapshot/${etcd}`,
  run: async ({ etcd, plan }) => {
    const { data, requestId } = await prepareSnapshot({ path: { name: etcd } });
    const link = document.createElement("a");
    link.href = BASE + data.href.slice(1);
    link.download = "";
    link.click();
    return { requestId, told: <Begun plan={plan} /> };
  },
};

function Begun({ plan: { size, revision } }: { plan: SnapshotPlan }) {
  const { t } = useTranslation();
  return (
    <>
      <p>{t("runbook.snapshot.begun", { size: formatBytes(size), revision })}</p>
      <p>{t("runbook.snapshot.checked")}</p>
    </>
  );
}
