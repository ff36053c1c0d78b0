/**
 * The equations by name: what code, laws, chapters and failures cite.
 */

/** The equations of the model, by the ids under which code, laws and chapters cite them. */
export const equationIds = [
  'one-hot',
  'hidden',
  'output',
  'loss',
  'perplexity',
  'bptt-o',
  'bptt-h',
  'bptt-w',
  'bptt-state',
  'truncation',
  'clip',
  'sgd',
  'momentum',
  'adam',
  'schedule',
  'frozen',
  'initial',
  'training-step',
  'vocabulary',
  'minibatch',
  'sampling-random',
  'sampling-consecutive',
  'predict',
  'choice',
  'gru',
  'lstm',
  'layers',
] as const

/** The name of an equation in the book, such as 'hidden' or 'bptt-w'. */
export type EquationId = (typeof equationIds)[number]
