export const billingPath = "/dashboard/billing";
export const statementCsvPath = `${billingPath}/csv`;
export const invoicesPath = `${billingPath}/invoices`;
export const invoicePath = (id: string): string => `${invoicesPath}/${id}`;
export const invoiceCsvPath = (id: string): string => `${invoicePath(id)}/csv`;
