import type { Done } from "../actions/action";

/** A thing of the update service: its id, and how it stood when it was read. */
export interface Seen<View> {
  id: number;
  /** Null until the action's `load` has read it. */
  view: View | null;
}

/** What every thing of the update service says of its version. */
interface Versioned {
  id: number;
  version: number;
}

export const seenOf = <View>(key: string): Seen<View> => ({ id: Number(key), view: null });

/** The thing as it was read; an action without `load` has none. */
export function viewOf<View>({ view }: Seen<View>): View {
  if (view === null) throw new Error("the thing was not read");
  return view;
}

/** What somebody else made of it, as a 412 gives it. */
export const onto = <View>({ id }: Seen<View>, current: unknown): Seen<View> => ({
  id,
  view: current as View,
});

/** The header that makes a change one of the version that was read. */
export const match = ({ version }: Versioned) => ({ "If-Match": `"${version}"` });

type Sent<View> = Promise<{ data: View; requestId: string }>;

/**
 * Sends a change of some members, and knows the way back: the same members as they were, against
 * the version the change made.
 */
export async function edited<View extends Versioned, Body extends object>(
  view: View,
  body: Body,
  before: Body,
  send: (view: View, body: Body) => Sent<View>,
): Promise<Done> {
  const { data, requestId } = await send(view, body);
  const names = new Set(Object.keys(body));
  const old = Object.fromEntries(Object.entries(before).filter(([name]) => names.has(name)));
  // The members of a body that are sent back are members of that body.
  return { requestId, undo: () => send(data, old as Body) };
}
