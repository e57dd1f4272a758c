import { Unhealthy } from "../../table/Unhealthy";

/** How many requests for access wait for an answer, live. */
export function PendingRequests() {
  return <Unhealthy collection="access-requests" />;
}
