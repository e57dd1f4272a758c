import type { MoveFrame, QueryWords } from "../api/generated/types.gen";

/** The visible query of one subscription, in the words of `backend/live/README.md`. */
export type Query = Required<QueryWords>;

export const EMPTY_QUERY: Query = {
  filter: [],
  labels: "",
  q: "",
  sort: [],
  facet: [],
  team: "",
};

/** Which rows of a query the tab holds. */
export type Window = Pick<MoveFrame, "offset" | "limit">;
