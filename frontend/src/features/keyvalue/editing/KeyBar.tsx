import "../../../i18n/keys";
import "../../../styles/operate.css";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useStart } from "../../../actions/ActionHost";
import { OfferMenu } from "../../../actions/OfferMenu";
import { readKeyState } from "../../../api/generated/sdk.gen";
import { deleting, editing } from "./actions";
import { keyed } from "./keyed";

const ACTIONS = { edit: editing, delete: deleting } as const;
type ActionId = keyof typeof ACTIONS;

const isAction = (id: string): id is ActionId => Object.hasOwn(ACTIONS, id);

export interface KeyBarProps {
  etcd: string;
  path: string;
  /** Another one after a change. */
  news: unknown;
}

/** What can be done to a key, and why not. */
export function KeyBar({ etcd, path, news }: KeyBarProps) {
  const { t } = useTranslation();
  const start = useStart();
  const { data } = useQuery({
    queryKey: ["key-state", etcd, path, news],
    queryFn: async ({ signal }) =>
      (await readKeyState({ path: { name: etcd }, query: { key: path, bare: true }, signal })).data,
    placeholderData: keepPreviousData,
    retry: false,
  });
  if (!data || data.offers.length === 0) return null;
  const offers = data.offers.flatMap(({ id, allowed, why }) =>
    isAction(id) ? [{ id, allowed, why, words: t(`keys.${id}.do`), danger: id === "delete" }] : [],
  );
  return (
    <OfferMenu
      title={t("keys.actions")}
      offers={offers}
      onChoose={(id) => start(ACTIONS[id], keyed(etcd, path), path)}
    />
  );
}
