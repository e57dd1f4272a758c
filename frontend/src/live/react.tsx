import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import type { LiveClient } from "./client";
import type { ConnectionState } from "./connection";
import type { Query, Window } from "./query";
import type { Subscription, ViewState } from "./subscription";

const LiveContext = createContext<LiveClient | null>(null);

/** Gives pages the tab's one live client and tells it when the tab is hidden. */
export function LiveProvider({ client, children }: { client: LiveClient; children: ReactNode }) {
  useEffect(() => {
    const update = () => client.setHidden(document.visibilityState === "hidden");
    const online = () => client.retryNow();
    const offline = () => client.doubt();
    document.addEventListener("visibilitychange", update);
    window.addEventListener("online", online);
    window.addEventListener("offline", offline);
    client.start();
    return () => {
      document.removeEventListener("visibilitychange", update);
      window.removeEventListener("online", online);
      window.removeEventListener("offline", offline);
      client.stop();
    };
  }, [client]);
  return <LiveContext value={client}>{children}</LiveContext>;
}

export function useLiveClient(): LiveClient {
  const client = useContext(LiveContext);
  if (!client) throw new Error("useLiveClient outside LiveProvider");
  return client;
}

export function useConnection(): ConnectionState {
  const client = useLiveClient();
  return useSyncExternalStore(client.listen, client.getConnection);
}

export interface LiveView {
  view: ViewState;
  moveWindow: (window: Window) => void;
  retry: () => void;
}

/**
 * Subscribe for as long as the component is mounted. A changed query keeps the old rows
 * until its snapshot is there; a changed collection starts empty.
 * Without a collection nothing is subscribed. `opening`: see `LiveClient.subscribe`.
 */
export function useLiveView(
  collection: string | null,
  query: Query,
  first: Window,
  opening = false,
): LiveView {
  const client = useLiveClient();
  const firstRef = useRef({ query, window: first, opening });
  firstRef.current = { query, window: first, opening };
  const [subscription, setSubscription] = useState<Subscription | null>(null);
  const sent = useRef("");
  const signature = JSON.stringify(query);

  useEffect(() => {
    if (collection === null) return;
    const { query, window, opening } = firstRef.current;
    const made = client.subscribe(collection, query, window, opening);
    sent.current = JSON.stringify(query);
    setSubscription(made);
    return () => client.release(made);
  }, [client, collection]);

  useEffect(() => {
    if (!subscription || subscription.collection !== collection || sent.current === signature)
      return;
    sent.current = signature;
    client.requery(subscription, JSON.parse(signature) as Query, firstRef.current.window);
  }, [client, subscription, collection, signature]);

  const current = subscription?.collection === collection ? subscription : null;
  const view = useSyncExternalStore(
    current?.listen ?? listenToNothing,
    current?.getState ?? emptyState,
  );
  const moveWindow = useCallback(
    (window: Window) => current && client.moveWindow(current, window),
    [client, current],
  );
  const retry = useCallback(() => current && client.retry(current), [client, current]);
  return useMemo(() => ({ view, moveWindow, retry }), [view, moveWindow, retry]);
}

const listenToNothing = () => () => undefined;
const EMPTY: ViewState = {
  status: "loading",
  pending: true,
  query: null,
  offset: 0,
  rows: [],
  total: 0,
  totalExact: true,
  facets: {},
  freshness: [],
  problem: null,
};
const emptyState = () => EMPTY;
