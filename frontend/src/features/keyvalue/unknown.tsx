import { useTranslation } from "react-i18next";

/** In words what is not known, and on hover when it will be. */
export function NotYet({ what }: { what: "size" | "changed" }) {
  const { t } = useTranslation();
  return (
    <span className="cr-none" title={t(`etcd.unknown.${what}Why`)}>
      <span aria-hidden="true">–</span>
      <span className="pf-v6-screen-reader">{t(`etcd.unknown.${what}`)}</span>
    </span>
  );
}
