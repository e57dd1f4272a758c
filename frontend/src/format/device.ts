const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(?:e|A|iOS)?\//, "Edge"],
  [/\bOPR\//, "Opera"],
  [/\b(?:Firefox|FxiOS)\//, "Firefox"],
  [/\b(?:Chrome|CriOS|HeadlessChrome)\//, "Chrome"],
  [/\bVersion\/[\d.]+.*\bSafari\//, "Safari"],
];

const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\biPhone\b/, "iPhone"],
  [/\biPad\b/, "iPad"],
  [/\bAndroid\b/, "Android"],
  [/\bWindows\b/, "Windows"],
  [/\bMac OS X\b/, "macOS"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bLinux\b/, "Linux"],
];

const firstOf = (agent: string, named: typeof BROWSERS) =>
  named.find(([pattern]) => pattern.test(agent))?.[1];

/** What a browser says of itself, as people call it: "Firefox, Linux"; other programs by their word. */
export function deviceOf(agent: string): string {
  if (agent.startsWith("craton on ")) return agent; // a command line, of which nothing is hidden
  const [browser, system] = [firstOf(agent, BROWSERS), firstOf(agent, SYSTEMS)];
  if (browser && system) return `${browser}, ${system}`;
  return browser ?? agent.split(/[\s/]/)[0] ?? "";
}
