/** The base class of stores, which the package's types name among its exports and its index leaves out. */
declare module "rate-limiter-flexible/lib/RateLimiterStoreAbstract.js" {
  // biome-ignore lint/style/noDefaultExport: the file has one.
  export { RateLimiterStoreAbstract as default } from "rate-limiter-flexible";
}
