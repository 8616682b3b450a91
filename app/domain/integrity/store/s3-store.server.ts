import { Readable } from "node:stream";
import type { S3Client } from "@aws-sdk/client-s3";
import type { ArchiveStore } from "./archive-store.ts";

export interface S3Settings {
  bucket: string;
  /** Absent: AWS itself. */
  endpoint: string | undefined;
  region: string;
  /** Absent: what the environment gives to AWS's own tools. */
  credentials: { accessKeyId: string; secretAccessKey: string } | undefined;
  /** In front of every name; empty, or ends with a slash. */
  prefix: string;
}

/** Parts of an upload; S3 takes none below 5 MiB. */
const PART_BYTES = 8 * 1024 * 1024;

/**
 * Keeps files in a bucket. A file larger than a part is uploaded in parts, a few megabytes in memory at a
 * time; what a killed upload leaves is no object, and a rule of the bucket takes it
 * (AbortIncompleteMultipartUpload).
 */
export function createS3Store(settings: S3Settings): ArchiveStore {
  const { bucket, prefix } = settings;
  // Loaded when it is needed first: the package is large, and most processes never archive.
  const loaded = once(async () => {
    const [s3, { Upload }] = await Promise.all([
      import("@aws-sdk/client-s3"),
      import("@aws-sdk/lib-storage"),
    ]);
    return { s3, Upload, client: connect(s3.S3Client, settings) };
  });
  return {
    place: `s3://${bucket}/${prefix}`,

    async put(name, content) {
      const { Upload, client } = await loaded();
      const upload = new Upload({
        client,
        params: { Bucket: bucket, Key: prefix + name, Body: content },
        partSize: PART_BYTES,
        queueSize: 1,
      });
      await upload.done();
    },

    async open(name) {
      const { s3, client } = await loaded();
      try {
        const { Body } = await client.send(new s3.GetObjectCommand({ Bucket: bucket, Key: prefix + name }));
        if (!(Body instanceof Readable)) throw new Error(`The archive store gave ${name} without a body.`);
        return Body;
      } catch (error) {
        if (error instanceof s3.NoSuchKey) return undefined;
        throw error;
      }
    },

    async remove(name) {
      const { s3, client } = await loaded();
      await client.send(new s3.DeleteObjectCommand({ Bucket: bucket, Key: prefix + name }));
    },

    async *list(under) {
      const { s3, client } = await loaded();
      const pages = s3.paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix + under });
      for await (const { Contents = [] } of pages)
        for (const { Key } of Contents) if (Key !== undefined) yield Key.slice(prefix.length);
    },
  };
}

function connect(Client: typeof S3Client, { endpoint, region, credentials }: S3Settings): S3Client {
  return new Client({
    region,
    ...(credentials && { credentials }),
    // Servers other than AWS's seldom have a host name for each bucket, nor the newer checksums.
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
