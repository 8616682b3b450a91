import os from "node:os";

const MiB = 1024 * 1024;

/**
 * For a machine that PostgreSQL shares with the server and its clients. Durability stays as
 * PostgreSQL ships it: what was acknowledged is on disk.
 */
export function postgresSettings(port: number): Record<string, string> {
  const memoryMb = Math.floor(os.totalmem() / MiB);
  const sharedBuffersMb = Math.max(32, Math.min(512, Math.floor(memoryMb / 8)));
  return {
    listen_addresses: "127.0.0.1",
    port: String(port),
    // Loopback with a password only: a socket file would need a folder and a path length of its own.
    unix_socket_directories: "",
    max_connections: "100",
    shared_buffers: `${sharedBuffersMb}MB`,
    effective_cache_size: `${Math.max(128, Math.floor(memoryMb / 2))}MB`,
    work_mem: "16MB",
    maintenance_work_mem: "128MB",
    // Containers often have 64 MB of shared memory, which parallel plans overrun; two cores gain nothing.
    max_parallel_workers_per_gather: "0",
    jit: "off",
    random_page_cost: "1.1",
    fsync: "on",
    full_page_writes: "on",
    synchronous_commit: "on",
    min_wal_size: "256MB",
    max_wal_size: "2GB",
    checkpoint_timeout: "15min",
    wal_compression: "on",
    autovacuum_naptime: "20s",
    autovacuum_vacuum_cost_delay: "1ms",
    // Backends notice a client that vanished in the middle of a query.
    client_connection_check_interval: "5s",
    tcp_keepalives_idle: "30",
    timezone: "UTC",
    log_timezone: "UTC",
    log_min_messages: "warning",
    // A statement is text of our customers' customers; PostgreSQL's log keeps none of it.
    log_min_error_statement: "panic",
    log_line_prefix: "%m [%p] %q%u@%d ",
  };
}
