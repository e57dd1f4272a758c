import { InvitationPage } from "./InvitationPage";
import { SetupPage } from "./SetupPage";

/** What one-time links lead to, fetched as one: that is less for the first page to know of. */
export function LinkedPage() {
  return window.location.pathname.endsWith("/invitation") ? <InvitationPage /> : <SetupPage />;
}
