import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { HomePage } from "@/features/home/home-page";
import { away, Failure, Lost, NoManual, Waiting } from "./failure";
import { Shell } from "./shell";

const root = createRootRoute({ component: Shell, notFoundComponent: Lost });

const home = createRoute({ getParentRoute: () => root, path: "/", component: HomePage });
const scan = createRoute({
  getParentRoute: () => root,
  path: "/scan",
  component: lazyRouteComponent(() => import("@/features/scan/scan-page").catch(away), "ScanPage"),
});
const answer = createRoute({
  getParentRoute: () => root,
  path: "/answers/$id",
  component: lazyRouteComponent(() => import("@/features/answer/answer-page").catch(away), "AnswerPage"),
});
const history = createRoute({
  getParentRoute: () => root,
  path: "/history",
  component: lazyRouteComponent(() => import("@/features/history/history-page").catch(away), "HistoryPage"),
});
const bulk = createRoute({
  getParentRoute: () => root,
  path: "/bulk",
  component: lazyRouteComponent(() => import("@/features/bulk/bulk-page").catch(away), "BulkPage"),
});
const surveys = createRoute({
  getParentRoute: () => root,
  path: "/surveys",
  component: lazyRouteComponent(() => import("@/features/surveys/surveys-page").catch(away), "SurveysPage"),
});
const survey = createRoute({
  getParentRoute: () => root,
  path: "/surveys/$id",
  component: lazyRouteComponent(() => import("@/features/surveys/survey-page").catch(away), "SurveyPage"),
});
const monitoring = createRoute({
  getParentRoute: () => root,
  path: "/monitoring",
  component: lazyRouteComponent(() => import("@/features/monitoring/monitoring-page").catch(away), "MonitoringPage"),
});
const models = createRoute({
  getParentRoute: () => root,
  path: "/models",
  component: lazyRouteComponent(() => import("@/features/models/models-page").catch(away), "ModelsPage"),
});
const model = createRoute({
  getParentRoute: () => root,
  path: "/models/$pack",
  component: lazyRouteComponent(() => import("@/features/models/model-page").catch(away), "ModelPage"),
});
const people = createRoute({
  getParentRoute: () => root,
  path: "/people",
  component: lazyRouteComponent(() => import("@/features/people/people-page").catch(away), "PeoplePage"),
});
const settings = createRoute({
  getParentRoute: () => root,
  path: "/settings",
  component: lazyRouteComponent(() => import("@/features/settings/settings-page").catch(away), "SettingsPage"),
});
const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  component: lazyRouteComponent(() => import("@/features/sign-in/sign-in-page").catch(away), "SignInPage"),
});
const manual = createRoute({ getParentRoute: () => root, path: "/help/$", component: NoManual });
const design = createRoute({
  getParentRoute: () => root,
  path: "/design",
  component: lazyRouteComponent(() => import("@/features/design/design-page").catch(away), "DesignPage"),
});

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    scan,
    answer,
    history,
    bulk,
    surveys,
    survey,
    monitoring,
    models,
    model,
    people,
    settings,
    signIn,
    manual,
    design,
  ]),
  defaultPreload: "intent",
  defaultErrorComponent: Failure,
  defaultPendingComponent: Waiting,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
