/** A browser's session ends this long after it was last used … */
export const sessionIdleDays = 14;
/** … and every session this long after it began, used or not. */
export const sessionMaxDays = 90;

/** A refresh token holds this long, and with it the API client's session; each use makes a new one. */
export const refreshTokenDays = 30;
