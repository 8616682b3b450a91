import type { AlertingEvent, Signal } from "../signal.ts";
import { failedLogin } from "./failed-login.ts";
import type { SignalSource } from "./signal-source.ts";

/** Every kind that audit events are looked at for. */
export const signalSources: readonly SignalSource[] = [failedLogin];

/** The actions that some kind hears of: nothing else is read of the trail. */
export const listenedActions: readonly string[] = [
  ...new Set(signalSources.flatMap(({ actions }) => actions)),
].sort();

const sourcesByAction: ReadonlyMap<string, readonly SignalSource[]> = new Map(
  listenedActions.map((action) => [
    action,
    signalSources.filter(({ actions }) => actions.some((one) => one === action)),
  ]),
);

/** What an event means to all kinds together. */
export const signalsOf = (event: AlertingEvent): Signal[] =>
  (sourcesByAction.get(event.action) ?? []).flatMap((source) => source.signalsOf(event));
