import { pods } from '@flotilla/sdk'

export const { needs, resourceRequest } = pods
