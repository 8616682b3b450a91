const many = "1000000000";

/**
 * Rate limits that no test or measurement reaches by accident, for its server's environment. The
 * checks stay in the path.
 */
export const raisedLimits: Record<string, string> = {
  USER_RATE_LIMIT_REQUESTS: many,
  TENANT_RATE_LIMIT_REQUESTS: many,
  API_KEY_RATE_LIMIT_REQUESTS: many,
  ADDRESS_RATE_LIMIT_REQUESTS: many,
  SIGN_IN_RATE_LIMIT_REQUESTS: many,
  CHANNEL_TEST_RATE_LIMIT_REQUESTS: many,
  ALERT_CHECK_RATE_LIMIT_REQUESTS: many,
};
