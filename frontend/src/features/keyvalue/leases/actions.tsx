import { useTranslation } from "react-i18next";
import type { Action, Done } from "../../../actions/action";
import { grantLeaseBody } from "../../../api/generated/bodies.gen";
import { grantLease, keepLeaseAlive, readLease, revokeLease } from "../../../api/generated/sdk.gen";
import type { GrantLease, LeaseChanged, LeaseView } from "../../../api/generated/types.gen";
import { fieldsOf } from "../../../forms/field";
import { KeySample } from "../KeySample";

/** A lease of a store, as it stood when something was begun with it. */
export interface Leased {
  etcd: string;
  lease: LeaseView;
}

const load = async ({ etcd, lease }: Leased): Promise<Leased> => ({
  etcd,
  lease: (await readLease({ path: { name: etcd, lease: lease.id } })).data,
});

const doneOf = ({ data, requestId }: { data: LeaseChanged; requestId: string }): Done => ({
  requestId,
  told: <Told changed={data} />,
});

/** A new lease, to attach keys to. */
export const granting: Action<string, GrantLease> = {
  id: "lease.grant",
  needs: ["key", "create"],
  verb: "leases.grant.do",
  title: "leases.grant.title",
  body: "leases.grant.body",
  fields: fieldsOf(grantLeaseBody, { ttl: { label: "leases.grant.ttl", initial: "60" } }),
  run: async (etcd, body) => doneOf(await grantLease({ path: { name: etcd }, body })),
};

/** It runs its whole time anew, once. */
export const keeping: Action<Leased> = {
  id: "lease.keep",
  needs: ["key", "update"],
  verb: "leases.keep-alive.do",
  title: "leases.keep-alive.title",
  body: "leases.keep-alive.body",
  run: async ({ etcd, lease }) =>
    doneOf(await keepLeaseAlive({ path: { name: etcd, lease: lease.id } })),
};

/** It ends, and its keys go with it: those that were seen, or none. */
export const revoking: Action<Leased> = {
  id: "lease.revoke",
  needs: ["key", "delete"],
  verb: "leases.revoke.do",
  title: "leases.revoke.title",
  danger: true,
  final: true,
  load,
  onto: (target, current) => ({ ...target, lease: current as LeaseView }),
  shown: ({ lease }) => <Goes lease={lease} />,
  run: async ({ etcd, lease }) =>
    doneOf(
      await revokeLease({
        path: { name: etcd, lease: lease.id },
        headers: matching(lease.version),
      }),
    ),
};

const matching = (version: string) => ({ "If-Match": `"${version}"` });

/** The keys that go with it. */
export function Goes({ lease: { keys, others } }: { lease: LeaseView }) {
  const { t } = useTranslation();
  return (
    <>
      <p>{t("leases.revoke.keys", { count: keys.length + others })}</p>
      {keys.length > 0 && <KeySample keys={keys} label={t("leases.keys")} />}
      {others > 0 && <p className="cr-muted">{t("leases.others", { count: others })}</p>}
    </>
  );
}

function Told({ changed: { id, left, gone } }: { changed: LeaseChanged }) {
  const { t } = useTranslation();
  if (left === 0) return <p>{t("leases.revoke.gone", { count: gone })}</p>;
  return <p>{t("leases.has", { lease: id, left })}</p>;
}
