import { useParams } from "@tanstack/react-router";

/**
 * The parameters of the page's address. Pages are routes made from manifests, so a page names
 * the parameters of its own `path` here; one that the address lacks is undefined.
 */
export function useAddress<Name extends string>(): { readonly [name in Name]?: string } {
  const params: { readonly [name in Name]?: string } = useParams({ strict: false });
  return params;
}
