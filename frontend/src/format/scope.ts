import type { TFunction } from "i18next";

/**
 * A scope as people read it: `org/main/cluster/local/ns/web` gives `[["cluster", "local"],
 * ["ns", "web"]]`. Empty means the whole organisation, null that it is no scope. A repository's
 * path keeps its slashes; the update service has no name of its own.
 */
export function scopeParts(text: string): [kind: string, name: string][] | null {
  const [root, organisation, ...rest] = text.split("/");
  if (root !== "org" || !organisation) return null;
  const parts: [string, string][] = [];
  while (rest.length > 0) {
    const kind = rest.shift() ?? "";
    if (kind === "repo") parts.push([kind, rest.splice(0).join("/")]);
    else parts.push([kind, rest.shift() ?? ""]);
  }
  return parts;
}

/** A scope in words: "cluster local, namespace web"; text that is none stays as it is. */
export function scopeWords(text: string, t: TFunction): string {
  const parts = scopeParts(text);
  if (parts === null) return text;
  const words = parts.map(([kind, name]) => `${t(`scope.kind.${kind}`, kind)} ${name}`.trim());
  return words.length > 0 ? words.join(", ") : t("scope.organisation");
}
