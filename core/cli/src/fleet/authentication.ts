import { readFileSync } from 'node:fs'
import { type IssuerWords, readAuthentication } from '@flotilla/apiserver'
import { parse } from 'yaml'
import { naming } from '../output/sentence.ts'

/** Whose tokens are believed, as the file says. */
export const issuersIn = (file: string): Promise<readonly IssuerWords[]> =>
  naming(`${file} cannot be used`, async () => readAuthentication(parse(readFileSync(file, 'utf8'))))
