import "../../i18n/operate";
import "../../styles/operate.css";
import { Button } from "@patternfly/react-core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useStart } from "../../actions/ActionHost";
import { OfferMenu } from "../../actions/OfferMenu";
import { readActions } from "../../api/generated/sdk.gen";
import type { Offer, Operable } from "../../api/generated/types.gen";
import { toProblem } from "../../api/problem";
import { goTo } from "../../shell/navigate";
import { editorOf } from "../address";
import type { ObjectPath } from "../objectRow";
import { isOfferId, type OfferId, ORDER, startersOf } from "./catalogue";
import { operatedOf } from "./operated";

export interface OperateBarProps {
  path: ObjectPath;
  /** Another one after a change that may move what makes sense. */
  news: string;
}

/** As many as stand beside the menu, where there is room. */
const BESIDE = 2;
const DANGEROUS: ReadonlySet<OfferId> = new Set(["delete", "evict", "drain"]);
/** What is seldom done, or better not by the way. */
const APART: ReadonlySet<OfferId> = new Set([
  "debug",
  "delete",
  "edit",
  "evict",
  "labels",
  "taints",
]);

/** What can be done to an object: the most frequent as buttons, all in a menu. */
export function OperateBar({ path, news }: OperateBarProps) {
  const { t } = useTranslation();
  const { data, error } = useQuery({
    queryKey: ["operable", path, news],
    queryFn: async ({ signal }) => (await readActions({ path, signal })).data,
    placeholderData: keepPreviousData,
    retry: false,
  });
  if (!data && error && toProblem(error).status !== 404)
    return (
      <span className="cr-muted" role="status" title={toProblem(error).detail}>
        {t("operate.unknown")}
      </span>
    );
  if (!data || data.offers.length === 0) return null;
  return <Offers path={path} state={data} />;
}

function Offers({ path, state }: { path: ObjectPath; state: Operable }) {
  const { t } = useTranslation();
  const start = useStart();
  const router = useRouter();
  const starters = startersOf(path.kind);
  const offers = inOrder(state.offers, ORDER);
  const begin = (id: OfferId) => {
    // Text needs more room than a dialogue has.
    if (id === "edit") goTo(router, editorOf(path));
    else starters[id](start, operatedOf(path), path.name);
  };
  const beside = offers.filter(({ id, allowed }) => allowed && !APART.has(id)).slice(0, BESIDE);
  return (
    <div className="cr-operate">
      {beside.map(({ id }) => (
        <Button
          key={id}
          variant="secondary"
          size="sm"
          isDanger={DANGEROUS.has(id)}
          className="cr-operate-beside"
          onClick={() => begin(id)}
        >
          {t(`operate.${id}.do`)}
        </Button>
      ))}
      <OfferMenu
        title={t("operate.actions")}
        offers={offers.map((offer) => ({
          ...offer,
          words: t(`operate.${offer.id}.do`),
          danger: DANGEROUS.has(offer.id),
        }))}
        onChoose={begin}
      />
    </div>
  );
}

interface Known extends Offer {
  id: OfferId;
}

const inOrder = (offers: readonly Offer[], order: readonly string[]): readonly Known[] =>
  offers
    .filter((offer): offer is Known => isOfferId(offer.id))
    .sort((one, other) => order.indexOf(one.id) - order.indexOf(other.id));
