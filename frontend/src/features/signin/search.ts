import { longText, oneOf } from "../../pages/search";

/** Where to go after signing in, and whether a session had ended. */
export const LOGIN_SEARCH = { next: longText, ended: oneOf("1") };
