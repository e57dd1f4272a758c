import { useLayoutEffect } from "react";

/** `/` outside of fields and Ctrl-K anywhere open the palette; `?` lists the keys. */
export function useShellKeys(palette: () => void, help: () => void): void {
  // With the page itself: keys pressed at the sight of it are heard.
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const typing =
        event.target instanceof HTMLElement &&
        event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]") !==
          null;
      const held = event.ctrlKey || event.metaKey;
      if (held ? event.key.toLowerCase() === "k" : event.key === "/" && !typing) palette();
      else if (event.key === "?" && !typing && !held) help();
      else return;
      event.preventDefault();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [palette, help]);
}
