import { isIP } from 'node:net'
import { dnsSubdomain, type Field, type Format, type LoadBalancerStatus, type Problems, written } from '@flotilla/sdk'

const ip: Format = (text) => (isIP(text) === 0 ? 'must be an IP address' : undefined)
const hostname: Format = (text) => (isIP(text) === 0 ? dnsSubdomain(text) : 'must be a name; an address is an ip')

/** Where a load balancer could not be reached. */
export function* loadBalancerProblems(status: Field<LoadBalancerStatus | undefined>): Problems {
  for (const ingress of status.at('ingress').items()) {
    yield* written(ingress.at('ip'), ip)
    yield* written(ingress.at('hostname'), hostname)
  }
}
