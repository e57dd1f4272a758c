import { lazy, Suspense } from "react";
import { SetupPage } from "./SetupPage";

const InvitationPage = lazy(async () => ({
  default: (await import("./InvitationPage")).InvitationPage,
}));

/** What one-time links lead to, known as one: that is less for the first page to know of. */
export function LinkedPage() {
  if (!window.location.pathname.endsWith("/invitation")) return <SetupPage />;
  return (
    <Suspense fallback={null}>
      <InvitationPage />
    </Suspense>
  );
}
