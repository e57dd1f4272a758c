import "../../../i18n/leases";
import "../../../styles/keys.css";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useStart } from "../../../actions/ActionHost";
import { OfferMenu } from "../../../actions/OfferMenu";
import { listLeasesOptions } from "../../../api/generated/@tanstack/react-query.gen";
import type { LeaseView, Offer } from "../../../api/generated/types.gen";
import { toProblem } from "../../../api/problem";
import { segment } from "../../../pages/page";
import { AppLink } from "../../../shell/AppLink";
import { SkeletonLines } from "../../../states/Skeletons";
import { EmptyTable, Failed } from "../../../states/States";
import { granting, keeping, revoking } from "./actions";

const EVERY_MS = 10_000;
const FEW = 3;

/** The leases of a store: how long they run, and what goes with them. */
export function LeasesTab({ etcd }: { etcd: string }) {
  const { t } = useTranslation();
  const start = useStart();
  const { data, error, refetch } = useQuery({
    ...listLeasesOptions({ path: { name: etcd } }),
    refetchInterval: EVERY_MS,
    retry: false,
  });
  if (!data && error) return <Failed problem={toProblem(error)} onRetry={() => void refetch()} />;
  if (!data) return <SkeletonLines lines={4} />;
  const { items, total, offers } = data;
  return (
    <div className="cr-key-past">
      <div className="cr-key-compared">
        <span role="status">{t("leases.count", { count: total })}</span>
        <OfferMenu
          title={t("leases.actions")}
          offers={offers.flatMap(named("grant", t("leases.grant.do")))}
          onChoose={() => start(granting, etcd, etcd)}
        />
      </div>
      {error && <Failed problem={toProblem(error)} onRetry={() => void refetch()} />}
      {items.length === 0 ? (
        <EmptyTable hint={t("leases.none")} />
      ) : (
        <table className="cr-plain-table" aria-label={t("leases.title")}>
          <thead>
            <tr>
              <th scope="col">{t("leases.lease")}</th>
              <th scope="col">{t("leases.left")}</th>
              <th scope="col" className="cr-lease-granted">
                {t("leases.granted")}
              </th>
              <th scope="col">{t("leases.keys")}</th>
              <td />
            </tr>
          </thead>
          <tbody>
            {items.map((lease) => (
              <LeaseRow key={lease.id} etcd={etcd} lease={lease} />
            ))}
          </tbody>
        </table>
      )}
      {total > items.length && (
        <p className="cr-muted">{t("leases.more", { count: total - items.length })}</p>
      )}
    </div>
  );
}

const named =
  <Id extends string>(id: Id, words: string, danger = false) =>
  (offer: Offer) =>
    offer.id === id ? [{ id, words, danger, allowed: offer.allowed, why: offer.why }] : [];

function LeaseRow({ etcd, lease }: { etcd: string; lease: LeaseView }) {
  const { t } = useTranslation();
  const start = useStart();
  const { id, left, granted, keys, others, offers } = lease;
  const menu = [
    ...offers.flatMap(named("keep-alive", t("leases.keep-alive.do"))),
    ...offers.flatMap(named("revoke", t("leases.revoke.do"), true)),
  ];
  const unnamed = others + Math.max(0, keys.length - FEW);
  return (
    <tr>
      <th scope="row" className="cr-lease-keys" translate="no">
        {id}
      </th>
      <td>{t("leases.seconds", { count: left })}</td>
      <td className="cr-lease-granted">{t("leases.seconds", { count: granted })}</td>
      <td className="cr-lease-keys">
        {keys.slice(0, FEW).map((key) => (
          <div key={key} translate="no">
            <AppLink href={`/key-value/${segment(etcd)}/value?key=${encodeURIComponent(key)}`}>
              {key}
            </AppLink>
          </div>
        ))}
        {unnamed > 0 && <span className="cr-muted">{t("leases.others", { count: unnamed })}</span>}
        {keys.length + others === 0 && <span className="cr-muted">{t("leases.noKeys")}</span>}
      </td>
      <td>
        <OfferMenu
          title={t("leases.actions")}
          label={t("leases.of", { lease: id })}
          atEnd
          offers={menu}
          onChoose={(chosen) =>
            start(chosen === "revoke" ? revoking : keeping, { etcd, lease }, id)
          }
        />
      </td>
    </tr>
  );
}
