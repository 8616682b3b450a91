import { createContext, useContext } from "react";

/**
 * The nonce that inline scripts must carry to be allowed by the page's Content-Security-Policy.
 * Empty in the browser, where it is not shown to scripts and nothing inline is added any more.
 */
const NonceContext = createContext("");

export const NonceProvider = NonceContext.Provider;
export const useNonce = (): string => useContext(NonceContext);
