import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import { ChannelCredentials } from '@grpc/grpc-js'
import type { CallingOptions } from './options.ts'

type Files = Pick<CallingOptions, 'caFile' | 'certFile' | 'keyFile' | 'insecureSkipVerify'>

const readAny = async (file: string | undefined): Promise<string | undefined> =>
  file === undefined ? undefined : readFile(file, 'utf8')

/** How an estimator is spoken to. Files are read anew for each connection: certificates are renewed. */
export async function credentialsOf(files: Files): Promise<ChannelCredentials> {
  const { caFile, certFile, keyFile, insecureSkipVerify } = files
  if (!caFile && !insecureSkipVerify) return ChannelCredentials.createInsecure()
  const [ca, cert, key] = await Promise.all([caFile, certFile, keyFile].map(readAny))
  const context = createSecureContext({ minVersion: 'TLSv1.3', ...(ca && { ca }), ...(cert && key && { cert, key }) })
  return ChannelCredentials.createFromSecureContext(context, { rejectUnauthorized: !insecureSkipVerify })
}
