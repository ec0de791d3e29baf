import { isIP } from 'node:net'
import { type CelFunc, CelScalar, celFunc, celMethod } from '@bufbuild/cel'

const { BOOL, STRING } = CelScalar

/** An absolute address or an absolute path, as Go parses a request. */
const read = (text: string): URL | undefined => {
  if (text.startsWith('/')) return URL.canParse(`x://x${text}`) ? new URL(`x://x${text}`) : undefined
  return URL.canParse(text) ? new URL(text) : undefined
}

const isCidr = (text: string): boolean => {
  const [address = '', bits = '', more] = text.split('/')
  const version = isIP(address)
  return version > 0 && more === undefined && /^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128)
}

/** An address is the text it was written as, once it was looked at. */
export const addressFunctions: readonly CelFunc[] = [
  celFunc('isURL', [STRING], BOOL, (text) => read(text) !== undefined),
  celFunc('url', [STRING], STRING, (text) => {
    if (!read(text)) throw new Error(`"${text.slice(0, 100)}" is not a URL`)
    return text
  }),
  celMethod('getScheme', STRING, [], STRING, function () {
    return this.startsWith('/') ? '' : (read(this)?.protocol.slice(0, -1) ?? '')
  }),
  celMethod('getHost', STRING, [], STRING, function () {
    return this.startsWith('/') ? '' : (read(this)?.host ?? '')
  }),
  celMethod('getHostname', STRING, [], STRING, function () {
    return this.startsWith('/') ? '' : (read(this)?.hostname ?? '')
  }),
  celMethod('getPort', STRING, [], STRING, function () {
    return read(this)?.port ?? ''
  }),
  celMethod('getEscapedPath', STRING, [], STRING, function () {
    return read(this)?.pathname ?? ''
  }),
  celFunc('isIP', [STRING], BOOL, (text) => isIP(text) > 0),
  celFunc('isCIDR', [STRING], BOOL, isCidr),
]
