import { readKeyState } from "../../../api/generated/sdk.gen";
import type { KeyState } from "../../../api/generated/types.gen";

/** A key of a store, and how it stood when a change of it was begun. */
export interface Keyed {
  etcd: string;
  path: string;
  /** Null until the action's `load` has read it. */
  state: KeyState | null;
}

export const keyed = (etcd: string, path: string): Keyed => ({ etcd, path, state: null });

/** The key as it is now, by the quorum. */
export const load = async (target: Keyed): Promise<Keyed> => ({
  ...target,
  state: (await readKeyState({ path: { name: target.etcd }, query: { key: target.path } })).data,
});

/** The key as it was read; every change of one that exists reads it. */
export function stateOf({ state }: Keyed): KeyState {
  if (state === null) throw new Error("the key was not read");
  return state;
}

/** What somebody else made of it, as a 412 gives it. */
export const onto = (target: Keyed, current: unknown): Keyed => ({
  ...target,
  state: current as KeyState,
});

/** Names the draft of a form about it. */
export const draft = ({ etcd, path }: Keyed): string => `${etcd}/${path}`;
