import i18next from "i18next";
import { listLeases } from "../../../api/generated/sdk.gen";
import type { LeaseView } from "../../../api/generated/types.gen";
import type { Option } from "../../../forms/field";

/** The leases of a store that a key of one's own may be attached to, those that end first first;
 * where there are none, or more than are listed, that is said among them. */
export const leaseOptions = (etcd: string) => async (): Promise<readonly Option[]> => {
  const { items, total } = (await listLeases({ path: { name: etcd } })).data;
  const usable = items.filter(attachable);
  const more = total - items.length;
  return [
    ...usable.map(optionOf),
    ...(usable.length === 0
      ? [said("none", i18next.t("keys.leases.none"), i18next.t("keys.leases.noneHelp"))]
      : []),
    ...(more > 0
      ? [
          said(
            "more",
            i18next.t("keys.leases.more", { count: more }),
            i18next.t("keys.leases.moreHelp"),
          ),
        ]
      : []),
  ];
};

const attachable = ({ offers }: LeaseView) =>
  offers.some(({ id, allowed }) => id === "attach" && allowed);

const optionOf = ({ id, left, granted, keys, others }: LeaseView): Option => {
  const held = i18next.t("keys.leases.keys", { count: keys.length + others });
  return { value: id, title: i18next.t("keys.leases.option", { lease: id, left, granted, held }) };
};

/** What is told among the choices, and is none. */
const said = (value: string, title: string, against: string): Option => ({ value, title, against });
