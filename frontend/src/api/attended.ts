/** After so long without a key or a pointer, what a tab asks for it asks for by itself. */
const AWAY_MS = 60_000;

let usedAt = Date.now();
const used = () => {
  usedAt = Date.now();
};
for (const event of ["pointermove", "pointerdown", "keydown", "wheel", "focus"])
  window.addEventListener(event, used, { capture: true, passive: true });

/** Whether somebody is at the tab: what it asks for alone does not keep them signed in. */
export const isAttended = () => Date.now() - usedAt < AWAY_MS;
