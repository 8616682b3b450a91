export const sessionsPath = "/dashboard/account/sessions";
