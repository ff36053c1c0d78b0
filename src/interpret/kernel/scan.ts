/**
 * The recurrence, one step after the other.
 */

/** `step` at each of the places, in their order, handing the state on: the last state, and every output. */
export const mapAccum = <S, Y>(
  step: (state: S, place: number) => { readonly state: S; readonly output: Y },
  initial: S,
  places: readonly number[],
): { readonly state: S; readonly outputs: readonly Y[] } => {
  const outputs: Y[] = []
  let state = initial
  for (const place of places) {
    const next = step(state, place)
    state = next.state
    outputs.push(next.output)
  }
  return { state, outputs }
}
