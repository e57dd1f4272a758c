import { oneOf, text } from "../../pages/search";

/** Which repository of the registry that the path names. */
export const REPOSITORY_SEARCH = { repository: text, tab: oneOf("tags", "pods") };

/** Which image of it: a tag or a digest. */
export const IMAGE_SEARCH = {
  repository: text,
  reference: text,
  tab: oneOf("summary", "pods", "layers", "config", "history", "labels"),
};
