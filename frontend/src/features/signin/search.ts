import { oneOf, text } from "../../pages/search";

/** Where to go after signing in, and whether a session had ended. */
export const LOGIN_SEARCH = { next: text, ended: oneOf("1") };
