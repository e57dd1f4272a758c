import { text } from "../../pages/search";

/** A dry-run sign-in that has just come back. */
export const PROVIDER_SEARCH = { trial: text };
