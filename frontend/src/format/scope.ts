import type { TFunction } from "i18next";

/**
 * A scope as people read it: `org/main/cluster/local/ns/web` gives `[["cluster", "local"],
 * ["ns", "web"]]`. Empty means the whole organisation, null that it is no scope. A repository's
 * path keeps its slashes, and so does a key's, whose empty parts a scope writes as `~`; the update
 * service has no name of its own.
 */
export function scopeParts(text: string): [kind: string, name: string][] | null {
  const [root, organisation, ...rest] = text.split("/");
  if (root !== "org" || !organisation) return null;
  const parts: [string, string][] = [];
  while (rest.length > 0) {
    const kind = rest.shift() ?? "";
    if (kind === "repo") parts.push([kind, rest.splice(0).join("/")]);
    else if (kind === "key") parts.push([kind, rest.splice(0).map(keyPart).join("/")]);
    else parts.push([kind, rest.shift() ?? ""]);
  }
  return parts;
}

const keyPart = (segment: string) => segment.replace(/^~/, "");

/** A scope in words: "cluster local, namespace web"; text that is none stays as it is. */
export function scopeWords(text: string, t: TFunction): string {
  const parts = scopeParts(text);
  if (parts === null) return text;
  const words = parts.map(([kind, name]) => `${t(`scope.kind.${kind}`, kind)} ${name}`.trim());
  return words.length > 0 ? words.join(", ") : t("scope.organisation");
}
