import { randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { AppLoadContext } from "@remix-run/node";
import type { Actor, RequestInfo } from "#app/domain/auth/actor.ts";
import type { Verdict } from "#app/domain/limits/verdict.ts";
import type { Runtime } from "#app/runtime.ts";

interface RequestContextOptions {
  runtime: Runtime;
  requestId: string;
  clientAddress: string;
  ipHash: Buffer | null;
  isDataRequest?: boolean;
  out: ServerResponse;
}

/**
 * The load context of one request. The abort signal and the nonce are made when they are first
 * asked for, since most requests of the API need neither.
 */
export class RequestContext implements AppLoadContext {
  [key: string]: unknown;
  readonly runtime: Runtime;
  readonly requestId: string;
  readonly clientAddress: string;
  readonly ipHash: Buffer | null;
  readonly auditEvents: string[] = [];
  readonly isDataRequest: boolean;
  actor: Actor | undefined;
  counted: Verdict | Promise<Verdict> | undefined;
  verdict: Verdict | undefined;
  retryAfterSeconds: number | undefined;
  readonly #out: ServerResponse;
  #controller: AbortController | undefined;
  #nonce: string | undefined;

  constructor({
    runtime,
    requestId,
    clientAddress,
    ipHash,
    isDataRequest = false,
    out,
  }: RequestContextOptions) {
    this.runtime = runtime;
    this.requestId = requestId;
    this.clientAddress = clientAddress;
    this.ipHash = ipHash;
    this.isDataRequest = isDataRequest;
    this.#out = out;
  }

  /**
   * Aborts when the client goes away before the answer is out. Ours and not the Request's, which
   * Remix copies and whose signal may be collected before it fires.
   */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      const controller = new AbortController();
      this.#controller = controller;
      const out = this.#out;
      const abort = () => {
        if (!out.writableFinished) controller.abort(new DOMException("The client went away.", "AbortError"));
      };
      if (out.destroyed) abort();
      else out.once("close", abort);
    }
    return this.#controller.signal;
  }

  get cspNonce(): string {
    this.#nonce ??= randomBytes(16).toString("base64");
    return this.#nonce;
  }

  /** The nonce, when the page has asked for one. */
  get usedNonce(): string | undefined {
    return this.#nonce;
  }
}

/** What audit events record of a request, and where they are noted for its line in the log. */
export const requestInfoOf = ({ requestId, ipHash, auditEvents }: AppLoadContext): RequestInfo => ({
  ...{ requestId, ipHash },
  ...(auditEvents && { auditEvents }),
});
