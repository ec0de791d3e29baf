import { type CelFunc, CelScalar, celFunc, celList, celMap, celMethod, listType, mapType } from '@bufbuild/cel'

const { BOOL, STRING } = CelScalar

/** An absolute address or an absolute path, as Go parses a request. */
const isUrl = (text: string): boolean =>
  text.startsWith('/') ? URL.canParse(`x://x${text}`) : URL.canParse(text) && !/\s/.test(text)

/** The parts of one, as they are written. */
function partsOf(text: string) {
  const found = /^(?:([A-Za-z][\w+.-]*):)?(?:\/\/(?:[^@/?#]*@)?([^/?#]*))?([^?#]*)(?:\?([^#]*))?/.exec(text) ?? []
  const [, scheme = '', host = '', path = '', query = ''] = found
  const [, bracketed, plain = '', port = ''] = /^(?:\[(.*)\]|([^:]*))(?::(.*))?$/.exec(host) ?? []
  return { scheme, host, path, query, hostname: bracketed ?? plain, port }
}

type Part = Exclude<keyof ReturnType<typeof partsOf>, 'query'>

const part = (name: string, key: Part): CelFunc =>
  celMethod(name, STRING, [], STRING, function () {
    return partsOf(this)[key]
  })

/** A URL is the text it was written as, once it was looked at. */
export const addressFunctions: readonly CelFunc[] = [
  celFunc('isURL', [STRING], BOOL, isUrl),
  celFunc('url', [STRING], STRING, (text) => {
    if (!isUrl(text)) throw new Error(`"${text.slice(0, 100)}" is not a URL`)
    return text
  }),
  part('getScheme', 'scheme'),
  part('getHost', 'host'),
  part('getHostname', 'hostname'),
  part('getPort', 'port'),
  part('getEscapedPath', 'path'),
  celMethod('getQuery', STRING, [], mapType(STRING, listType(STRING)), function () {
    const params = new URLSearchParams(partsOf(this).query)
    return celMap(new Map([...new Set(params.keys())].map((key) => [key, celList(params.getAll(key))])))
  }),
]
