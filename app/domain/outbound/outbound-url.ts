import ipaddr from "ipaddr.js";
import { type AllowEntry, allowsAddress, allowsHost } from "./allow-list.ts";
import { OutboundError } from "./outbound-error.ts";
import { outboundUrlMaxLength } from "./outbound-url-length.ts";
import { isPublicAddress } from "./public-address.ts";

/** Where a URL leads, before its host is looked up. */
export interface OutboundTarget {
  url: URL;
  /** Without brackets. */
  host: string;
  port: number;
  isSecure: boolean;
  /** The host is an address itself. */
  isLiteral: boolean;
  /** The allow-list names it, so that its addresses need not be public. */
  isAllowed: boolean;
}

const refused = (message: string): OutboundError => new OutboundError("refused", message);

/**
 * Checks all of a URL that can be checked without a look-up. `new URL` brings decimal, octal and hex
 * forms of an IPv4 address into the dotted one first (https://url.spec.whatwg.org/#host-parsing), so
 * that there is one form to judge.
 * @throws OutboundError refused, whose message says what to change.
 */
export function checkOutboundUrl(text: string, allow: readonly AllowEntry[]): OutboundTarget {
  if (text.length > outboundUrlMaxLength)
    throw refused(`must have at most ${outboundUrlMaxLength} characters`);
  if (!URL.canParse(text)) throw refused("must be a complete URL, such as https://example.com/signalbox");
  const url = new URL(text);
  const isSecure = url.protocol === "https:";
  if (!isSecure && url.protocol !== "http:") throw refused("must begin with https://");
  if (url.username !== "" || url.password !== "") throw refused("must not contain a name or a password");
  const port = url.port === "" ? (isSecure ? 443 : 80) : Number(url.port);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const isLiteral = ipaddr.isValid(host);
  const isAllowed = allowsHost(allow, url.hostname, port) || (isLiteral && allowsAddress(allow, host, port));
  const target = { url, host, port, isSecure, isLiteral, isAllowed };
  if (isAllowed) return target;
  if (!isSecure) throw refused("must begin with https://");
  // What listens below 1024 and is not the web speaks something that a request could be mistaken for.
  if (port !== 443 && port !== 80 && port < 1_024) throw refused("must use port 443, 80 or one from 1024 up");
  if (isLiteral && !isPublicAddress(host)) throw refused("must lead to a public address");
  if (/(^|\.)localhost\.?$/.test(host)) throw refused("must lead to a public address");
  return target;
}
