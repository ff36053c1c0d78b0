/**
 * Checks of what the root's functions are called with, for callers in plain JavaScript.
 */
import { sameAxes, showAxes } from '../algebra/axis.js'
import type { Axes } from '../algebra/axis.js'
import { flatAxes, flatten } from '../algebra/names.js'
import { requireMethods, requireRecord, requireThat } from '../algebra/require.js'
import { requireTree } from '../algebra/tensors.js'
import { float32 } from '../interpret/float32.js'
import type { LanguageModel } from '../model/language-model.js'
import type { LayersShape } from '../model/layers.js'
import { parameterAxes } from '../model/model.js'
import type { ModelParameters } from './model.js'

const A_MODEL = 'a model, as languageModel(...) gives'

/** A model: layers with their sizes. A kind of cell, such as lstm(), is not one yet. */
export const requireModel = <L extends LayersShape>(operation: string, model: LanguageModel<L>): LanguageModel<L> => {
  requireMethods(operation, 'the model', model, ['layers'], A_MODEL)
  requireThat('sizes' in model, operation, 'the model', A_MODEL, model)
  return model
}

/** The parameters of this model: a tensor of the right axes in every place. */
export const requireParametersOf = <L extends LayersShape>(
  operation: string,
  model: LanguageModel<L>,
  parameters: ModelParameters<L>,
): ModelParameters<L> => {
  const shape = parameterAxes(float32, model)
  requireRecord(operation, 'parameters', parameters)
  requireTree(operation, 'parameters', shape, parameters)
  const given = flatten<'float32'>(parameters)
  Object.entries(flatAxes(shape)).forEach((field) => {
    requireAxesOf(operation, `parameters.${field[0]}`, field[1], given[field[0]].axes)
  })
  return parameters
}

const requireAxesOf = (operation: string, what: string, expected: Axes, got: Axes): Axes =>
  requireThat(sameAxes(expected, got), operation, what, `of the axes ${showAxes(expected)}`, got)
