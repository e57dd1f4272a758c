import { definePage } from "../../pages/page";

export const pages = [
  definePage({
    id: "device",
    path: "/device",
    title: "login.title",
    load: async () => (await import("./DevicePage")).DevicePage,
  }),
];
