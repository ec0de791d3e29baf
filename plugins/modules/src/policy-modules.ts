import { definePlugin, guestPoints } from '@flotilla/sdk'
import { houseOf } from './house.ts'
import { isInterpreting } from './points.ts'

/** The same programs where they have a say in what is written, where it goes, and what is different there: after all that is built in. */
export const policyModules = definePlugin({
  name: 'policy-modules',
  needs: ['modules'],
  extensions: (host) => {
    const house = houseOf(host)
    return guestPoints.filter((point) => !isInterpreting(point)).map((point) => house.at(point))
  },
})
