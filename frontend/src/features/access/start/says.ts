import type { TFunction } from "i18next";
import type { Found, Step, StepId } from "./steps";

/** How a step stands, in a few words. */
export function saysOf(t: TFunction, { id, state }: Step, found: Found): string {
  if (state === "later" && (id === "groups" || id === "glass")) return t(`start.${id}.later`);
  return WORDS[id](t, found);
}

const WORDS: Record<StepId, (t: TFunction, found: Found) => string> = {
  account: (t, { account }) => {
    if (!account) return "";
    if (account.factor) return t("start.account.done");
    return t(account.password ? "start.account.open" : "start.account.elsewhere");
  },
  systems: (t, { systems }) => {
    const all = sum(systems?.map((one) => one.all));
    if (!systems) return "";
    if (all === 0) return t("start.systems.open");
    return t("start.systems.done", { connected: sum(systems.map((one) => one.connected)), all });
  },
  provider: (t, { providers }) => {
    if (!providers) return "";
    const active = providers.filter((one) => one.active);
    if (active.length === 0) return t(providers[0] ? "start.provider.off" : "start.provider.open");
    const count = sum(active.map((one) => one.people));
    return t("start.both", {
      one: t("start.provider.connected", { count: active.length }),
      other: count > 0 ? t("start.provider.people", { count }) : t("start.provider.unused"),
    });
  },
  groups: (t, { groups }) => {
    if (groups === undefined) return "";
    return groups === 0 ? t("start.groups.open") : t("start.groups.done", { count: groups });
  },
  people: (t, { people }) => {
    if (!people) return "";
    const alone = people.accounts + people.invitations <= 1;
    if (alone) return t("start.people.open");
    return t("start.both", {
      one: t("start.people.accounts", { count: people.accounts }),
      other: t("start.people.invitations", { count: people.invitations }),
    });
  },
  glass: (t, { glass }) => {
    if (!glass) return "";
    if (glass === "none") return t("start.glass.open");
    return t(glass === "sealed" ? "start.glass.done" : "start.glass.unsealed");
  },
};

const sum = (numbers: readonly number[] = []) => numbers.reduce((whole, one) => whole + one, 0);
