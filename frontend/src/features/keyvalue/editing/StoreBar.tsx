import "../../../i18n/keys";
import "../../../styles/keys.css";
import { useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { type Started, useStart } from "../../../actions/ActionHost";
import { OfferMenu } from "../../../actions/OfferMenu";
import { readStoreChangesOptions } from "../../../api/generated/@tanstack/react-query.gen";
import { segment } from "../../../pages/page";
import { goTo } from "../../../shell/navigate";
import { creating } from "./actions";
import { deletingFolder } from "./folder";

interface Place {
  etcd: string;
  /** Where a new key begins. */
  start: string;
  folder: string;
}

type Begin = (begin: Started["start"], place: Place, go: (href: string) => void) => void;

const STARTERS = {
  create: (begin, { etcd, start }) => begin(creating, { etcd, folder: start }, etcd),
  import: (_, { etcd }, go) => go(`/key-value/${segment(etcd)}/import`),
  export: (_, { etcd, folder }) => download(exportUrl(etcd, folder)),
  "delete-folder": (begin, { etcd, folder }) => begin(deletingFolder, { etcd, folder }, folder),
} as const satisfies Record<string, Begin>;

const exportUrl = (etcd: string, folder: string) =>
  `/api/v1/etcd/${segment(etcd)}/export?prefix=${encodeURIComponent(folder)}`;

/** A file that the server names. */
function download(url: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = "";
  link.click();
}

type ActionId = keyof typeof STARTERS;

const isAction = (id: string): id is ActionId => Object.hasOwn(STARTERS, id);

export interface StoreBarProps {
  etcd: string;
  /** The folder that is being looked at. */
  folder: string | undefined;
}

/** What can be done in a store, or why nothing can, and who can change that. */
export function StoreBar({ etcd, folder = "" }: StoreBarProps) {
  const { t } = useTranslation();
  const begin = useStart();
  const router = useRouter();
  const { data } = useQuery({
    ...readStoreChangesOptions({ path: { name: etcd }, query: { prefix: folder } }),
    retry: false,
  });
  if (!data) return null;
  const offers = data.offers.flatMap(({ id, allowed, why }) =>
    isAction(id)
      ? [{ id, allowed, why, words: t(`keys.${id}.do`), danger: id === "delete-folder" }]
      : [],
  );
  const place = { etcd, folder, start: folder || data.prefixes[0] || "" };
  return (
    <OfferMenu
      title={t("keys.actions")}
      offers={offers}
      onChoose={(id) => STARTERS[id](begin, place, (href) => goTo(router, href))}
    />
  );
}
