import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { HomePage } from "@/features/home/home-page";
import { Failure, Lost, NoManual, Waiting } from "./failure";
import { Shell } from "./shell";

const root = createRootRoute({ component: Shell, notFoundComponent: Lost });

const home = createRoute({ getParentRoute: () => root, path: "/", component: HomePage });
const scan = createRoute({
  getParentRoute: () => root,
  path: "/scan",
  component: lazyRouteComponent(() => import("@/features/scan/scan-page"), "ScanPage"),
});
const answer = createRoute({
  getParentRoute: () => root,
  path: "/answers/$id",
  component: lazyRouteComponent(() => import("@/features/answer/answer-page"), "AnswerPage"),
});
const history = createRoute({
  getParentRoute: () => root,
  path: "/history",
  component: lazyRouteComponent(() => import("@/features/history/history-page"), "HistoryPage"),
});
const bulk = createRoute({
  getParentRoute: () => root,
  path: "/bulk",
  component: lazyRouteComponent(() => import("@/features/bulk/bulk-page"), "BulkPage"),
});
const surveys = createRoute({
  getParentRoute: () => root,
  path: "/surveys",
  component: lazyRouteComponent(() => import("@/features/surveys/surveys-page"), "SurveysPage"),
});
const survey = createRoute({
  getParentRoute: () => root,
  path: "/surveys/$id",
  component: lazyRouteComponent(() => import("@/features/surveys/survey-page"), "SurveyPage"),
});
const monitoring = createRoute({
  getParentRoute: () => root,
  path: "/monitoring",
  component: lazyRouteComponent(() => import("@/features/monitoring/monitoring-page"), "MonitoringPage"),
});
const models = createRoute({
  getParentRoute: () => root,
  path: "/models",
  component: lazyRouteComponent(() => import("@/features/models/models-page"), "ModelsPage"),
});
const model = createRoute({
  getParentRoute: () => root,
  path: "/models/$pack",
  component: lazyRouteComponent(() => import("@/features/models/model-page"), "ModelPage"),
});
const people = createRoute({
  getParentRoute: () => root,
  path: "/people",
  component: lazyRouteComponent(() => import("@/features/people/people-page"), "PeoplePage"),
});
const settings = createRoute({
  getParentRoute: () => root,
  path: "/settings",
  component: lazyRouteComponent(() => import("@/features/settings/settings-page"), "SettingsPage"),
});
const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  component: lazyRouteComponent(() => import("@/features/sign-in/sign-in-page"), "SignInPage"),
});
const manual = createRoute({ getParentRoute: () => root, path: "/help/$", component: NoManual });
const design = createRoute({
  getParentRoute: () => root,
  path: "/design",
  component: lazyRouteComponent(() => import("@/features/design/design-page"), "DesignPage"),
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
