import "@/ui/base.css";
import "@/lib/install";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { startTexts } from "@/i18n";
import { recallAll, startMemory } from "@/lib/memory";
import { applyTheme } from "@/lib/preferences";
import { restore } from "@/lib/session";
import { startQueue } from "@/offline/start";
import { startSurveys } from "@/offline/surveys";
import { Providers } from "./providers";
import { router } from "./router";

applyTheme();
startMemory();
startQueue();
startSurveys();
await recallAll();
void restore();
void router.load(); // the page's own code comes beside the texts, not after them
await startTexts();

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <Providers />
  </StrictMode>,
);
