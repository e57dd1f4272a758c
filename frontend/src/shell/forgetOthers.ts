import { forgetDrafts } from "../forms/draft";
import { forgetNews } from "./news";

const KEY = "craton.person";
const others = new Set<() => void>();

/** What a page does for a person, and must end when another signs in: registered as it is loaded. */
export function endWithPerson(end: () => void): void {
  others.add(end);
}

/**
 * Stops and forgets what this tab does for and keeps of whoever was signed in before, unless that was the same person: who
 * comes back after their session ended finds what they typed, nobody else does.
 */
export function forgetOthers(login: string): void {
  if (sessionStorage.getItem(KEY) === login) return;
  for (const end of others) end();
  forgetNews();
  forgetDrafts();
  sessionStorage.setItem(KEY, login);
}
