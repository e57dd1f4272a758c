import { definePage } from "../../pages/page";

export const pages = [
  definePage({
    id: "profile",
    path: "/profile/{-$tab}",
    title: "profile.title",
    load: async () => (await import("./ProfilePage")).ProfilePage,
    commands: [
      { id: "profile.tokens", title: "profile.myTokens", href: "/profile" },
      { id: "profile.sessions", title: "profile.mySessions", href: "/profile/sessions" },
      { id: "profile.requests", title: "profile.myRequests", href: "/profile/requests" },
      { id: "profile.signIn", title: "profile.mySignIn", href: "/profile/sign-in" },
    ],
  }),
];
