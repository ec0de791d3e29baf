import { deepEqual, type Manifest } from '@flotilla/sdk'
import { qualifiedName } from '../object/names.ts'
import type { Convert, Resource } from '../resource.ts'
import { cause } from '../schema/causes.ts'
import { ago } from './cells.ts'
import { type Causes, follows, required, when } from './checks.ts'
import { type ColumnOf, column, count, type Group, kind, text, wideOnly } from './kind.ts'

const core: Group = { group: '', version: 'v1', schemas: 'io.k8s.api.core.v1' }
const events: Group = { group: 'events.k8s.io', version: 'v1', schemas: 'io.k8s.api.events.v1' }

type Reference = { readonly [field: string]: string | undefined }
type Source = { readonly component?: string; readonly host?: string }
type Series = { readonly count?: number; readonly lastObservedTime?: string }

interface Event extends Manifest {
  readonly involvedObject: Reference
  readonly source?: Source
  readonly reportingComponent?: string
  readonly reportingInstance?: string
  readonly type?: string
  readonly reason?: string
  readonly action?: string
  readonly message?: string
  readonly count?: number
  readonly firstTimestamp?: string
  readonly lastTimestamp?: string
  readonly eventTime?: string
  readonly series?: Series
}

/** The same as the newer group has it. */
interface GroupedEvent extends Manifest {
  readonly regarding?: Reference
  readonly deprecatedSource?: Source
  readonly reportingController?: string
  readonly reportingInstance?: string
  readonly type?: string
  readonly reason?: string
  readonly action?: string
  readonly note?: string
  readonly deprecatedCount?: number
  readonly deprecatedFirstTimestamp?: string
  readonly deprecatedLastTimestamp?: string
  readonly eventTime?: string
  readonly series?: Series
}

/** What a field is called in the core group, and in the group of events. */
const names: readonly (readonly [keyof Event & string, keyof GroupedEvent & string])[] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['reportingComponent', 'reportingController'],
  ['source', 'deprecatedSource'],
  ['count', 'deprecatedCount'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
]

const grouped = new Map<string, string>(names)
const cored = new Map<string, string>(names.map(([here, there]) => [there, here]))

const renamed = (object: Manifest, to: ReadonlyMap<string, string>, apiVersion: string): Manifest => ({
  ...(Object.fromEntries(Object.entries(object).map(([field, value]) => [to.get(field) ?? field, value])) as Manifest),
  apiVersion,
})

const convert: Convert = (object, apiVersion) =>
  apiVersion === 'v1'
    ? { involvedObject: {}, ...renamed(object, cored, apiVersion) }
    : renamed(object, grouped, apiVersion)

const firstSeen = ({ firstTimestamp, eventTime }: Event): string | undefined => firstTimestamp ?? eventTime

const lastSeen = (event: Event): string | undefined =>
  event.series?.lastObservedTime ?? event.lastTimestamp ?? firstSeen(event)

const involved = ({ involvedObject: { kind: what = '', name } }: Event): string =>
  name ? `${what.toLowerCase()}/${name}` : what.toLowerCase()

const origin = ({ source, reportingComponent }: Event): string =>
  [source?.component ?? reportingComponent, source?.host].filter((part) => part).join(', ')

const columns: readonly ColumnOf<Event>[] = [
  text('Last Seen', (object, now) => ago(lastSeen(object), now)),
  text('Type', ({ type }) => type),
  text('Reason', ({ reason }) => reason),
  text('Object', involved),
  ...wideOnly<Event>(
    text('Subobject', ({ involvedObject }) => involvedObject.fieldPath ?? ''),
    text('Source', origin),
  ),
  text('Message', ({ message = '' }) => message.trim()),
  ...wideOnly<Event>(
    text('First Seen', (object, now) => ago(firstSeen(object), now)),
    count('Count', ({ series, count: found }) => series?.count ?? found ?? 1) as ColumnOf<Event>,
    column.name,
  ),
]

const longest = 128
const longestNote = 1024

const short = (field: string, value: string | undefined, most = longest): Causes =>
  when((value?.length ?? 0) > most, () => cause.tooLong(field, most))

const present = (field: string, value: string | undefined): Causes =>
  value ? short(field, value) : [cause.required(field)]

/** Who has the time of an event to the microsecond says who reports it, and what was done. */
const modern = (event: Event, names: { readonly controller: string; readonly note: string }): Causes =>
  event.eventTime === undefined
    ? []
    : [
        ...required(names.controller, event.reportingComponent),
        ...follows(names.controller, event.reportingComponent ?? '', qualifiedName),
        ...present('reportingInstance', event.reportingInstance),
        ...present('action', event.action),
        ...present('reason', event.reason),
        ...short(names.note, event.message, longestNote),
      ]

const elsewhere = (field: string, about: string | undefined, { metadata }: Manifest): Causes =>
  when(Boolean(about) && about !== metadata.namespace, () =>
    cause.invalid(field, about, 'does not match event.namespace'),
  )

const involvedFields = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'] as const

const event = kind<Event>(core, 'Event', 'events', {
  shortNames: ['ev'],
  columns,
  selectable: {
    ...Object.fromEntries(
      involvedFields.map((field) => [`involvedObject.${field}`, ({ involvedObject }: Event) => involvedObject[field]]),
    ),
    reason: ({ reason }) => reason,
    reportingComponent: ({ reportingComponent }) => reportingComponent,
    source: ({ source, reportingComponent }) => source?.component ?? reportingComponent,
    type: ({ type }) => type,
  },
  validate: (object) => [
    ...elsewhere('involvedObject.namespace', object.involvedObject.namespace, object),
    ...modern(object, { controller: 'reportingComponent', note: 'message' }),
  ],
})

const asCored = (object: GroupedEvent): Event => convert(object, 'v1') as Event // its fields are an Event's own

const deprecated = names.map(([, there]) => there).filter((name) => name.startsWith('deprecated'))

/** A new event says nothing in the fields of old ones. */
const unset = (object: GroupedEvent): Causes =>
  deprecated.flatMap((field) =>
    when(Boolean(object[field]), () => cause.invalid(field, object[field], 'needs to be unset')),
  )

const born = (object: GroupedEvent): Causes => [
  ...when(object.eventTime === undefined, () => cause.required('eventTime')),
  ...when(object.type !== 'Normal' && object.type !== 'Warning', () =>
    cause.invalid('type', object.type ?? '', 'must be Normal or Warning'),
  ),
  ...unset(object),
]

const mayChange: ReadonlySet<string> = new Set(['series', 'metadata', 'apiVersion', 'kind'])

/** It happened as it happened; only how often may change. */
const past = (object: GroupedEvent, before: GroupedEvent): Causes =>
  [...new Set([...Object.keys(object), ...Object.keys(before)])]
    .filter((field) => !(mayChange.has(field) || deepEqual(object[field], before[field])))
    .map((field) => cause.immutable(field, object[field]))

const groupedEvent = kind<GroupedEvent>(events, 'Event', 'events', {
  shortNames: ['ev'],
  viewOf: { id: 'events', apiVersion: 'v1', convert },
  columns: columns.map((each) => ({ ...each, cell: (object, now) => each.cell(asCored(object), now) })),
  selectable: {
    ...Object.fromEntries(
      involvedFields.map((field) => [`regarding.${field}`, ({ regarding }: GroupedEvent) => regarding?.[field]]),
    ),
    reason: ({ reason }) => reason,
    reportingController: ({ reportingController }) => reportingController,
    type: ({ type }) => type,
  },
  validate: (object, before) => [
    ...elsewhere('regarding.namespace', object.regarding?.namespace, object),
    ...modern(asCored(object), { controller: 'reportingController', note: 'note' }),
    ...(before ? past(object, before) : born(object)),
  ],
})

/** Events, in both groups that show them: they are the same ones. */
export const eventKinds: readonly Resource[] = [event, groupedEvent]
