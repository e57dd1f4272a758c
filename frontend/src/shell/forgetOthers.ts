import { stopAll } from "../features/updates/upload/transfers";
import { forgetDrafts } from "../forms/draft";
import { forgetNews } from "./news";

const KEY = "craton.person";

/**
 * Stops and forgets what this tab does for and keeps of whoever was signed in before, unless that was the same person: who
 * comes back after their session ended finds what they typed, nobody else does.
 */
export function forgetOthers(login: string): void {
  if (sessionStorage.getItem(KEY) === login) return;
  stopAll();
  forgetNews();
  forgetDrafts();
  sessionStorage.setItem(KEY, login);
}
