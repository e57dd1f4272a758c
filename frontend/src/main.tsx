import "@patternfly/react-core/dist/styles/base.css";
import "./styles/console.css";
import "./styles/shell.css";
import "./styles/navigation.css";
import "./styles/pages.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { queryClient } from "./api/queryClient";
import { chosenLanguage, startI18n } from "./i18n/i18n";
import { fetchPartsLater } from "./overlay/part";
import { router } from "./router";
import { startTheme } from "./theme/theme";

startTheme();
await startI18n(chosenLanguage(window.location.search));

const container = document.getElementById("root");
if (!container) throw new Error("index.html lost its root element");
createRoot(container).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
fetchPartsLater();
