/** The little that the bench uses of two packages that ship no types. */
declare module "autocannon" {
  export interface Client {
    setHeadersAndBody(headers: Record<string, string>, body: string): void;
    on(event: "response", listener: () => void): void;
    setRequests(requests: { method: string; path: string; headers: Record<string, string> }[]): void;
  }
  export interface Options {
    url: string;
    method?: string;
    headers?: Record<string, string>;
    body?: string;
    connections: number;
    /** Seconds. */
    duration: number;
    setupClient?(client: Client): void;
  }
  export interface Result {
    "2xx": number;
    non2xx: number;
    errors: number;
    timeouts: number;
    /** Seconds. */
    duration: number;
    /** Milliseconds. */
    latency: { p50: number; p99: number; max: number };
  }
  // biome-ignore lint/style/noDefaultExport: the package has one.
  export default function autocannon(options: Options): Promise<Result>;
}

declare module "express" {
  import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";

  export interface Request extends IncomingMessage {
    body: unknown;
    params: Record<string, string>;
    query: Record<string, unknown>;
    get(header: string): string | undefined;
  }
  export interface Response extends ServerResponse {
    status(code: number): this;
    json(value: unknown): this;
  }
  type Next = (error?: unknown) => void;
  type Handler = (request: Request, response: Response, next: Next) => void;
  interface Application extends RequestListener {
    use(handler: Handler): this;
    get(path: string, handler: Handler): this;
    post(path: string, handler: Handler): this;
  }
  interface Express {
    (): Application;
    json(options?: { limit?: string }): Handler;
  }
  const express: Express;
  // biome-ignore lint/style/noDefaultExport: the package has one.
  export default express;
}
