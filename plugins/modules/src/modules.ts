import { definePlugin, guestPoints } from '@flotilla/sdk'
import { moduleAdmission } from './admission.ts'
import { houseOf } from './house.ts'
import { schema } from './options.ts'
import { isInterpreting } from './points.ts'
import { moduleStatus } from './status.ts'

/** What kinds mean, as programs in WASM and JavaScript say. */
export const modules = definePlugin({
  name: 'modules',
  schema,
  extensions: (host) => {
    const house = houseOf(host)
    return [moduleAdmission(host, house.options), ...guestPoints.filter(isInterpreting).map((point) => house.at(point))]
  },
  controllers: (host) => [moduleStatus(host, houseOf(host))],
})
