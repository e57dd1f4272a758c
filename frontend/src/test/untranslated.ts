import { PSEUDO_OPEN } from "../i18n/pseudo";

const ATTRIBUTES = ["aria-label", "placeholder", "title", "alt"];

/**
 * Texts on the page that did not come from the catalogue. Data of the systems is marked
 * with `translate="no"`; everything else a person reads must carry the pseudo-locale's marks.
 */
export function untranslated(root: HTMLElement = document.body): string[] {
  const found: string[] = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.textContent?.trim() ?? "";
    const parent = node.parentElement;
    if (/\p{L}/u.test(text) && !text.includes(PSEUDO_OPEN) && !isData(parent)) found.push(text);
  }
  for (const element of root.querySelectorAll<HTMLElement>("*"))
    for (const name of ATTRIBUTES) {
      const text = element.getAttribute(name) ?? "";
      if (/\p{L}{2}/u.test(text) && !text.includes(PSEUDO_OPEN) && !holdsData(element))
        found.push(`${name}=${text}`);
    }
  return found;
}

function isData(element: Element | null): boolean {
  return element?.closest("[translate=no], style, script") != null;
}

/** A hover text repeats the data it stands on. */
function holdsData(element: Element): boolean {
  return isData(element) || element.querySelector("[translate=no]") !== null;
}
