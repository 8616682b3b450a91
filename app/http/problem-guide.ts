import type { ProblemCode } from "./problem.server.ts";

interface Guidance {
  /** What has happened. */
  means: string;
  /** What whoever sent the request can do. */
  remedy: string;
}

/** What the page behind a problem's `type` says, beside its status and title. */
export const problemGuide: Record<ProblemCode, Guidance> = {
  invalid_input: {
    means: "A parameter, a header or a field of the body is not as it has to be. Nothing was changed.",
    remedy:
      "Look at errors[]: each entry names the field (path) and what is wrong with it. Correct it and send again.",
  },
  malformed_body: {
    means: "The body is not JSON in UTF-8, or is nested too deeply.",
    remedy: "Send well-formed JSON with the header Content-Type: application/json.",
  },
  payload_too_large: {
    means: "The body is larger than what this address takes (1 MiB).",
    remedy: "Send less at once, or put large content elsewhere and send a reference to it.",
  },
  unsupported_media_type: {
    means: "The body has a content type that this address does not read.",
    remedy: "Send JSON with the header Content-Type: application/json.",
  },
  method_not_allowed: {
    means: "The address exists, but not for this method.",
    remedy: "Use one of the methods that the Allow header of the answer names.",
  },
  not_found: {
    means:
      "There is nothing at this address, or it belongs to somebody else; the answer does not tell which.",
    remedy: "Check the id and the address, and that the key belongs to the organisation that owns it.",
  },
  conflict: {
    means: "What was asked for does not go with how things are by now.",
    remedy: "Read the current state, then decide again. The detail says what is in the way.",
  },
  idempotency_mismatch: {
    means: "This Idempotency-Key was used by this sender for a request with another body within 24 hours.",
    remedy: "Use a new key for a new message. Repeat an earlier request only with exactly its body.",
  },
  unauthenticated: {
    means: "The request carries no credential, or one that is unknown, revoked or expired.",
    remedy: "Send a valid API key as Authorization: Bearer …, or sign in.",
  },
  invalid_credentials: {
    means: "The email address and the password do not belong together.",
    remedy: "Check both. An admin of your organisation can reset the password.",
  },
  tenant_suspended: {
    means: "The organisation is suspended: nobody can sign in to it, and its keys are refused.",
    remedy:
      "Ask whoever runs this service. What the organisation has is kept, and is there again once it is resumed.",
  },
  forbidden: {
    means: "Who is asking is known, and lacks the right to do this.",
    remedy:
      "Ask an admin of your organisation for the role or for a key with the scope that the detail names.",
  },
  wrong_origin: {
    means: "A page of another site tried to do this with the session of somebody who is signed in.",
    remedy: "Do it from Signalbox itself. Programs use an API key and no cookie.",
  },
  sender_mismatch: {
    means: "The message names another sender than the one whose key was used. It was not sent.",
    remedy: "Leave senderId out, or use the key of that agent.",
  },
  no_allowlist_edge: {
    means:
      "The sender is not allowed to write to this recipient. The message is kept as blocked and was not delivered.",
    remedy: "An admin or a developer can allow it on the agent’s page. Send it again afterwards.",
  },
  no_conversation: {
    means: "An agent can write to a person only in a conversation in which the person has written.",
    remedy: "Use the correlationId of that conversation, or send an escalation to the operators’ desk.",
  },
  agent_paused: {
    means:
      "The sending agent is paused, by a person or because its quota or a budget is far exceeded. The message is kept as blocked and was not delivered.",
    remedy: "Wait until a person has resumed the agent, or until the month is over, then send it again.",
  },
  quota_limited: {
    means:
      "The sending agent has used up its token quota or a budget of this month, so it sends at most one message a second. Nothing was kept.",
    remedy:
      "Send again after Retry-After. An admin can switch overage on, raise the budget, or give the agent a larger tier.",
  },
  budget_exceeded: {
    means:
      "What was to be set aside is more than what is left of the agent’s or the organisation’s budget of this month. Nothing was set aside.",
    remedy:
      "Do not begin the run, or ask for no more than remainingMicros. An admin can raise the budget; reservations that are open and end make room.",
  },
  rate_limited: {
    means: "More requests came in a short time than are allowed.",
    remedy: "Wait for as long as the Retry-After header says, then go on more slowly.",
  },
  agent_timeout: {
    means: "The agent has got the question and has not answered within the time that was given.",
    remedy:
      "Look at the conversation that conversationId names: an answer that comes later is there. Ask with a longer timeoutSeconds where the agent needs it.",
  },
  agent_unreachable: {
    means: "The question was kept and did not reach the agent: its endpoint has not taken it.",
    remedy: "Look at the endpoint on the agent’s page, then ask again.",
  },
  database_unavailable: {
    means: "The database did not answer in time. Whether a write was kept is not certain.",
    remedy:
      "Try again after the time in Retry-After. With the same Idempotency-Key a message is never sent twice.",
  },
  overloaded: {
    means: "The server has more to do than it can take at the moment.",
    remedy: "Try again after the time in Retry-After, with growing pauses.",
  },
  shutting_down: {
    means: "This server is being restarted and takes nothing new.",
    remedy: "Try again in a second; another one answers.",
  },
  database_error: {
    means: "The database refused a statement, which should not happen.",
    remedy: "Try again once. If it stays, report it with the requestId of the answer.",
  },
  internal: {
    means: "Something broke on our side.",
    remedy: "Try again once. If it stays, report it with the requestId of the answer.",
  },
};
