import "../i18n/asking";
import { useQuery } from "@tanstack/react-query";
import { useRouterState } from "@tanstack/react-router";
import { ActionButton } from "../actions/ActionHost";
import { listKindsOptions } from "../api/generated/@tanstack/react-query.gen";
import type { AccessRequestView, RightKind } from "../api/generated/types.gen";
import { serverNow } from "../format/clock";
import { pageAt } from "../pages/registry";
import { useSession } from "../session/session";
import { useScope } from "../shell/scope";
import { OwnRequest } from "./OwnRequest";
import { askAccess } from "./requests";
import { useOwnRequests } from "./useOwnRequests";

/** What a page cannot show: by the right that is missing, or the list nothing is known of. */
export interface AskingProps {
  kind?: string | null;
  verb?: string | null;
  collection?: string;
  /** Where; the masthead's choice without it, or else the whole organisation. */
  scope?: string | null;
  /** Another system refuses it, whose rights are not given here. */
  upstream?: string | null;
}

/** What became of the viewer's own request for it, and the way to make one. */
export function Asking({ scope, upstream, ...props }: AskingProps) {
  const verb = props.verb || "list";
  const kind = useKind(props);
  const here = usePlace();
  const { data } = useOwnRequests();
  if (kind === undefined || data === undefined || upstream) return null;
  const place = scope || here;
  const made = data.filter((one) => one.wanted === `${kind}:${verb}` && !isOver(one));
  // For more than is missing here first, then for a part of it: the place can be typed.
  const own =
    made.find((one) => isWithin(place, one.scope)) ??
    made.find((one) => isWithin(one.scope, place));
  return (
    <>
      {own && <OwnRequest request={own} />}
      {own?.state !== "Pending" && (
        <ActionButton action={askAccess} target={{ kind, verb, place }} name="" />
      )}
    </>
  );
}

const isWithin = (place: string, scope: string) => `${place}/`.startsWith(`${scope}/`);

/** What was granted has ended: nothing of it is left to be told. */
const isOver = ({ state, expires }: AccessRequestView) =>
  state === "Granted" && typeof expires === "number" && expires < serverNow();

/** The masthead's cluster and namespace as a place of rights. */
function usePlace(): string {
  const organisation = useSession()?.organisation ?? "";
  const { cluster, namespace } = useScope();
  const inside = cluster && namespace ? `/ns/${namespace}` : "";
  return `org/${organisation}${cluster ? `/cluster/${cluster}${inside}` : ""}`;
}

/** The kind that is told; of a list that is hidden, the kind it is most likely of. */
function useKind({ kind, collection }: AskingProps): string | undefined {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const { data } = useQuery({
    ...listKindsOptions(),
    enabled: !kind && collection !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (kind || collection === undefined) return kind ?? undefined;
  if (!data) return undefined;
  return kindOf(collection, data) ?? pageAt(path)?.needs?.[0]?.[0] ?? "";
}

/** The kind that the rows of a collection are called by: `repositories` are of `repository`. */
export function kindOf(collection: string, kinds: readonly RightKind[]): string | undefined {
  const one = collection.replace(/ies$/, "y").replace(/s$/, "");
  return kinds.find(({ kind }) => kind === collection || kind === one)?.kind;
}
