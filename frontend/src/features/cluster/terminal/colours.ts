import type { ITheme } from "@xterm/xterm";

const DARK: ITheme = {
  background: "#151515",
  foreground: "#f2f2f2",
  cursor: "#f2f2f2",
  cursorAccent: "#151515",
  selectionBackground: "#4f5b93",
  black: "#383838",
  red: "#f0907f",
  green: "#87bb62",
  yellow: "#ffcc17",
  blue: "#73bcf7",
  magenta: "#c49be3",
  cyan: "#63bdbd",
  white: "#e0e0e0",
  brightBlack: "#a3a3a3",
  brightRed: "#f9b7a7",
  brightGreen: "#afdc8f",
  brightYellow: "#ffe072",
  brightBlue: "#92c5f9",
  brightMagenta: "#d9c3f0",
  brightCyan: "#9ad8d8",
  brightWhite: "#ffffff",
};

const LIGHT: ITheme = {
  background: "#ffffff",
  foreground: "#151515",
  cursor: "#151515",
  cursorAccent: "#ffffff",
  selectionBackground: "#b9dafc",
  black: "#151515",
  red: "#b1380b",
  green: "#3d7317",
  yellow: "#73480b",
  blue: "#0066cc",
  magenta: "#5e40be",
  cyan: "#147878",
  white: "#4d4d4d",
  brightBlack: "#5f5f5f",
  brightRed: "#a60000",
  brightGreen: "#204d00",
  brightYellow: "#54330b",
  brightBlue: "#004d99",
  brightMagenta: "#3d2785",
  brightCyan: "#004d4d",
  brightWhite: "#383838",
};

const isDark = () => document.documentElement.classList.contains("pf-v6-theme-dark");

export const coloursNow = (): ITheme => (isDark() ? DARK : LIGHT);

/** Calls `change` with the colours whenever the console's theme changes; gives what ends it. */
export function followTheme(change: (colours: ITheme) => void): () => void {
  const observer = new MutationObserver(() => change(coloursNow()));
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["class"] });
  return () => observer.disconnect();
}
