import "../../../i18n/store";
import "../../../styles/keys.css";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { readStoreAccessOptions } from "../../../api/generated/@tanstack/react-query.gen";
import type { EtcdGrant, EtcdRole, StoreAccess } from "../../../api/generated/types.gen";
import { toProblem } from "../../../api/problem";
import { Notice } from "../../../states/Notice";
import { SkeletonLines } from "../../../states/Skeletons";
import { Failed } from "../../../states/States";

/** etcd's own users and roles: who may read and write which keys there. */
export function AccessTab({ etcd }: { etcd: string }) {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery({
    ...readStoreAccessOptions({ path: { name: etcd } }),
    retry: false,
  });
  if (!data && error) return <Failed problem={toProblem(error)} onRetry={() => void refetch()} />;
  if (!data) return <SkeletonLines lines={4} />;
  if (data.denied !== "")
    return (
      <Notice tone="info" plain title={t("store.denied")}>
        <span translate="no">{data.denied}</span>
      </Notice>
    );
  return (
    <div className="cr-key-past">
      <p role="status">{t(data.enabled ? "store.on" : "store.off")}</p>
      {data.users.length > 0 && <Users access={data} />}
      {data.roles.length > 0 && <Roles access={data} />}
    </div>
  );
}

function Users({ access: { users, more_users: more } }: { access: StoreAccess }) {
  const { t } = useTranslation();
  return (
    <>
      <table className="cr-plain-table" aria-label={t("store.users")}>
        <thead>
          <tr>
            <th scope="col">{t("store.user")}</th>
            <th scope="col">{t("store.rolesOf")}</th>
          </tr>
        </thead>
        <tbody>
          {users.map(({ name, roles }) => (
            <tr key={name}>
              <th scope="row" translate="no">
                {name}
              </th>
              <td translate="no">{roles.join(", ") || "\u2014"}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {more > 0 && <p className="cr-muted">{t("store.more", { count: more })}</p>}
    </>
  );
}

function Roles({ access: { roles, more_roles: more } }: { access: StoreAccess }) {
  const { t } = useTranslation();
  return (
    <>
      <table className="cr-plain-table" aria-label={t("store.roles")}>
        <thead>
          <tr>
            <th scope="col">{t("store.role")}</th>
            <th scope="col">{t("store.may")}</th>
          </tr>
        </thead>
        <tbody>
          {roles.map((role) => (
            <tr key={role.name}>
              <th scope="row" translate="no">
                {role.name}
              </th>
              <td className="cr-lease-keys">
                <Grants role={role} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {more > 0 && <p className="cr-muted">{t("store.more", { count: more })}</p>}
    </>
  );
}

function Grants({ role: { everything, grants } }: { role: EtcdRole }) {
  const { t } = useTranslation();
  if (everything) return t("store.everything");
  if (grants.length === 0) return <span className="cr-muted">{t("store.nothing")}</span>;
  return grants.map((grant) => (
    <div key={`${grant.may} ${grant.key} ${grant.end}`}>
      <Words grant={grant} />
    </div>
  ));
}

function Words({ grant: { may, what, key, end } }: { grant: EtcdGrant }) {
  const { t } = useTranslation();
  const verb = t(may === "read" ? "store.read" : may === "write" ? "store.write" : "store.both");
  return (
    <>
      {verb} {t(`store.of.${what}`)}{" "}
      {what !== "all" && (
        <code translate="no">{what === "range" ? `${key} \u2026 ${end}` : key}</code>
      )}
    </>
  );
}
