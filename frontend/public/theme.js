// Runs before the first paint so that a dark console never flashes white.
(() => {
  const chosen = localStorage.getItem("craton.theme") ?? "system";
  const dark =
    chosen === "dark" ||
    (chosen === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.classList.toggle("pf-v6-theme-dark", dark);
})();
