/** Karmada's names for the scheduler's extension points, and names like them for those it has not. */
const names: Readonly<Record<string, string>> = {
  'schedule.filter': 'Filter',
  'schedule.score': 'Score',
  'schedule.estimate': 'Estimate',
  'schedule.select': 'Select',
  'schedule.assign': 'Assign',
}

/** What a scheduler's extension point is called in metrics; undefined when it is none of the scheduler's. */
export const schedulingPoint = (id: string): string | undefined => names[id]
